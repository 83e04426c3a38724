"""`python -m teaegg` is the same as the `teaegg` program."""

from teaegg.app.cli import main

if __name__ == "__main__":
    main()
