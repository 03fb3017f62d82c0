"""Settings of web servers, brought into one form."""

from fairmark.examine.configs.running import Started
from fairmark.examine.configs.web_pages import apache, boa, lighttpd, nginx, uhttpd
from fairmark.examine.subject import FileFacts
from tests.doubles.settings import device


def given(files: dict[str, str], path: str) -> tuple[Started, FileFacts]:
    look = Started(device("true\n", files, programs=("/usr/lib/boa/boa_indexer",)))
    file = look.text_file(path, "")
    assert file is not None
    return look, file


def test_nginx_takes_what_a_block_does_not_set_from_the_block_around_it() -> None:
    text = """http {
  autoindex on;
  server { listen 127.0.0.1:8080; location / { root /etc; } }
  server {
    listen 80;
    location /a { autoindex off; root /srv/a; }
    location /b { auth_basic on; auth_basic_user_file /etc/u; root /; }
    location /c { stub_status; allow 127.0.0.1; deny all; }
    location /d { root /mnt; }
  }
}
"""
    web = nginx(*given({"/etc/nginx/nginx.conf": text}, "/etc/nginx/nginx.conf"))

    assert sorted(one.value for one in web.folders) == ["/mnt", "/srv/a"]
    assert [one.line for one in web.listings] == [2]
    assert web.status_pages == []
    assert [one.value for one in web.user_files] == ["/etc/u"]


def test_nginx_includes_itself_only_so_often() -> None:
    web = nginx(
        *given(
            {"/etc/nginx/a.conf": "include /etc/nginx/*.conf;", "/etc/nginx/b.conf": "include a.conf; include b.conf;"},
            "/etc/nginx/a.conf",
        )
    )

    assert web.folders == []


def test_nginx_without_tls_has_no_old_tls() -> None:
    text = "http { ssl_protocols TLSv1; server { listen 80; } }"

    assert nginx(*given({"/etc/nginx/nginx.conf": text}, "/etc/nginx/nginx.conf")).old_tls == []


def test_apache_pages_for_some_are_no_pages_for_all() -> None:
    text = """LoadModule autoindex_module modules/mod_autoindex.so
<Location /server-status>
 SetHandler server-status
 Require local
</Location>
<Directory /srv/a>
 Options +Indexes
 Require all granted
</Directory>
<Directory /srv/b>
 Options Indexes
 Require valid-user
</Directory>
"""
    web = apache(*given({"/etc/apache2/apache2.conf": text}, "/etc/apache2/apache2.conf"))

    assert ([one.line for one in web.listings], web.status_pages) == ([7], [])


def test_apache_without_the_module_lists_nothing() -> None:
    text = "LoadModule dir_module m.so\n<Directory /srv>\nOptions Indexes\n</Directory>\n"

    assert apache(*given({"/etc/a/a.conf": text}, "/etc/a/a.conf")).listings == []


def test_boa_lists_only_with_its_maker_in_the_image() -> None:
    there = boa(
        *given({"/etc/boa.conf": "DocumentRoot /www\nDirectoryMaker /usr/lib/boa/boa_indexer\n"}, "/etc/boa.conf")
    )
    gone = boa(*given({"/etc/boa.conf": "DocumentRoot /www\nDirectoryMaker /usr/lib/other\n"}, "/etc/boa.conf"))

    assert (len(there.listings), len(gone.listings)) == (1, 0)


def test_lighttpd_reads_what_it_includes() -> None:
    files = {
        "/etc/l/l.conf": 'include "d/*.conf"\n',
        "/etc/l/d/a.conf": 'dir-listing.activate = "enable"\nserver.document-root = "/"\n',
    }

    web = lighttpd(*given(files, "/etc/l/l.conf"))

    assert (len(web.listings), [one.value for one in web.folders]) == (1, ["/"])


def test_uhttpd_lists_when_it_is_told_not_to_hide() -> None:
    look, file = given(
        {"/etc/config/uhttpd": "config uhttpd main\n\toption home '/www'\n\toption no_dirlists '0'\n"},
        "/etc/config/uhttpd",
    )

    assert len(uhttpd(look, None, file).listings) == 1
