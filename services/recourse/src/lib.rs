//! The one command line, and the process that runs all services together.
