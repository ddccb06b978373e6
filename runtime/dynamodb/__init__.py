"""What the services' DynamoDB adapters share: rows, conditional writes, cursors, outbox."""
