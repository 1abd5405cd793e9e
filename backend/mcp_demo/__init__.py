"""A small MCP server, to try the client with: `python -m backend.mcp_demo`."""
