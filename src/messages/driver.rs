messages! {
    /// Shown if the operating system cannot start a Python child process.
    python_not_started(error) = "Python could not be started: {error}";
    /// Shown when a script or piped input was stopped after `limit`, such as `300 s`.
    time_limit_reached(limit) =
        "stopped after {limit}, its time limit: `--time-limit 30m` allows half an hour, `--time-limit none` any time";
    /// Shown by `:save` in a non-interactive session.
    file_not_requested(path) = "`{path}` was not written: only a learner at a prompt can save a file.";
    /// Shown by `:save` if the file exists already. `other_path` is a similar name that is not in use.
    file_exists(path, other_path) =
        "`{path}` already exists and was not overwritten. Type `:save {other_path}`, or choose another name.";
    /// Shown by `:save` if the path names a folder. `example` is a file in this folder.
    file_is_a_folder(path, example) = "`{path}` is a folder. Add the name of a file: `:save {example}`.";
    /// Shown by `:save` if the file cannot be created or written.
    file_not_written(path, error) = "`{path}` could not be written: {error}.";
    /// Shown if the author has saved a lesson file, but the file cannot be read.
    lesson_file_not_read(path, error) = "{path} cannot be read: {error}";
    /// Shown by `:serve` in a script, or if input is piped.
    serve_needs_a_terminal() = "`:serve` works only at a terminal: nobody here can connect from another window.";
    /// Shown by `:serve` if another process listens on the port.
    port_in_use(port, next_port) = "Port {port} is in use, perhaps by a Redis server on this machine. \
        Try another port, such as `:serve {next_port}`.";
    /// Shown by `:serve` if only privileged processes may open the port, which is below 1024.
    port_reserved(port) =
        "Port {port} is reserved by the operating system. Try a port above 1023, such as `:serve 6379`.";
    /// Shown by `:serve` if the port cannot be opened for another reason.
    port_not_opened(port, error) = "Port {port} cannot be opened: {error}.";
}
