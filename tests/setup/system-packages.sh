#!/bin/sh
# Install the system packages that the tests (or, with the argument "image", the real example image) need.
set -eu
if [ "${1:-}" = image ]; then
  packages="squashfs-tools dpkg"; programs="mksquashfs dpkg-deb"
else
  packages="chromium squashfs-tools e2fsprogs mtd-utils erofs-utils binutils p7zip-full libmagic1 nodejs npm
  postgresql golang-go golang-golang-x-mod-dev dropbear-bin mosquitto lighttpd lighttpd-mod-openssl softhsm2"
  programs="chromium unsquashfs mksquashfs mkfs.ext4 debugfs mkfs.jffs2 mkfs.ubifs ubinize mkfs.erofs readelf 7z node npm
  initdb go dropbear dropbearkey mosquitto mosquitto_passwd lighttpd softhsm2-util"
fi
PATH="$PATH:/usr/sbin:/sbin:$(echo /usr/lib/postgresql/*/bin | tr " " ":")"
missing=
for program in $programs; do command -v "$program" >/dev/null 2>&1 || missing="$missing $program"; done
[ -z "$missing" ] && exit 0
echo "installing system packages, because these programs are missing:$missing"
as_root=; [ "$(id -u)" = 0 ] || as_root=sudo
wanted=
for package in $packages; do
  case "$package" in
    nodejs|npm) command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 && continue ;;
  esac
  wanted="$wanted $package"
done
export DEBIAN_FRONTEND=noninteractive
export RUNLEVEL=1  # install servers, start none
$as_root apt-get update -qq || echo "apt-get update reported a problem; going on with the lists that are there"
# shellcheck disable=SC2086 - a list of words
$as_root apt-get install -y -qq --no-install-recommends $wanted >/dev/null
for program in $programs; do command -v "$program" >/dev/null 2>&1 || { echo "$program is still missing"; exit 4; }; done
