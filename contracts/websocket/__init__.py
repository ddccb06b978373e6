"""What clients and the WebSocket API say to each other. docs/websocket.md is generated from it."""
