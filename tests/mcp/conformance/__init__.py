"""The official conformance suite against our MCP client: `make test-mcp-conformance`.

https://github.com/modelcontextprotocol/conformance
"""
