"""Where settings become objects: the environment is read once, the rooms are joined once."""
