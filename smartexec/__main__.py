"""`python -m smartexec`: the program, where its script is not on the path."""

from smartexec.cli.main import main

main(prog_name="smartexec")
