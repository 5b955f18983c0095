"""The technician's pages: plain HTML and forms, made on the server, without scripts."""
