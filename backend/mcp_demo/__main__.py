"""`python -m backend.mcp_demo` speaks over stdio; with `--http PORT` it serves /mcp, and /sse with
`--sse PORT`."""

import argparse

from backend.mcp_demo.server import create_server


def main() -> None:
    parser = argparse.ArgumentParser(prog="backend.mcp_demo", description=__doc__)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--http", type=int, metavar="PORT")
    where.add_argument("--sse", type=int, metavar="PORT")
    parser.add_argument(
        "--legacy", action="store_true", help="speak no revision of the protocol after 2025-11-25"
    )
    options = parser.parse_args()
    server = create_server(legacy=options.legacy)
    if options.http is not None:
        server.run("streamable-http", port=options.http)
    elif options.sse is not None:
        server.run("sse", port=options.sse)
    else:
        server.run("stdio")


if __name__ == "__main__":
    main()
