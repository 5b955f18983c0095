"""The ways to both vendors: connections, clients, the calls of the hour, whether they are good."""
