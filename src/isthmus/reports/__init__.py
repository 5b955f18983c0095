"""What people see of the tables: previews, join paths, ready reports, their own SQL, downloads."""
