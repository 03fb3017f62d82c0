"""``python -m fairmark``: the command line without an installed script."""

from fairmark.cli.main import main

if __name__ == "__main__":
    main()
