"""What leaves the tenant by itself: webhook deliveries, workflow rules, extension callouts."""
