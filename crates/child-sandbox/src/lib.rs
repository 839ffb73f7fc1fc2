//! A sandbox of the operating system that a child process raises around itself.
