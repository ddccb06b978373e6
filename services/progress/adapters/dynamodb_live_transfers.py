"""LiveTransfers in DynamoDB."""
