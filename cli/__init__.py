"""The `fileferry` command. It knows the API's contracts and nothing of the services."""
