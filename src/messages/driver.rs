messages! {
    /// The operating system cannot start a Python child process.
    python_not_started(error) = "Python could not be started: {error}";
    /// `:save` in a session without a prompt.
    file_not_requested(path) = "`{path}` was not written: only a learner at a prompt can save a file.";
    /// `:save` with the name of an existing file; `other_path` is a similar name.
    file_exists(path, other_path) =
        "`{path}` already exists and was not overwritten. Type `:save {other_path}`, or choose another name.";
    /// `:save` with a file that cannot be created or written.
    file_not_written(path, error) = "`{path}` could not be written: {error}.";
    /// A lesson's file was saved by its author but cannot be read.
    lesson_file_not_read(path, error) = "{path} cannot be read: {error}";
    /// `:serve` in a script or a pipe.
    serve_needs_a_terminal() = "`:serve` works only at a terminal: nobody here can connect from another window.";
    /// `:serve` with the port of another process.
    port_in_use(port, next_port) = "Port {port} is in use, perhaps by a Redis server on this machine. \
        Try another port, such as `:serve {next_port}`.";
    /// `:serve` with a port below 1024 that needs a privilege.
    port_reserved(port) =
        "Port {port} is reserved by the operating system. Try a port above 1023, such as `:serve 6379`.";
    /// `:serve` with a port that cannot be opened for another reason.
    port_not_opened(port, error) = "Port {port} cannot be opened: {error}.";
}
