"""The mock server: contracts and one handler class per API make one stateful ASGI application."""
