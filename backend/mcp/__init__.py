"""Servers of the Model Context Protocol whose tools this server calls. https://modelcontextprotocol.io"""
