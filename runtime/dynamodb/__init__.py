"""What the services' DynamoDB adapters share: rows, conditional writes, inbox and outbox."""
