//! Messages of the help about Redis, redis-py and Python (`session/display/help.rs`, `session/runtime/describe.rs`,
//! `session/commands/doc.rs`). All are Markdown. Names are passed to them as inline code.

messages! {
    /// The description of a command. The summary is a sentence, and the complexity begins with `O(...)`.
    redis_command(summary, complexity, version) = "{summary} {complexity}, since {version}.";
    /// Shown for a method whose command the built-in Redis does not have.
    no_command_beneath() = "It sends a command that the Redis in redis-tutor does not have.";
    /// Shown for a command that redis-py has no method for.
    no_method() = "redis-py has no method for it: `r.execute_command(...)` sends any command.";
    /// Shown for a number, a string, bytes or None in Python.
    object_with_value(name, class, value) = "{name} is {value}, of type {class}.";
    /// Shown for any other object in Python.
    object_of_class(name, class) = "{name} is of type {class}.";
    /// Shown after the description of an object in Python: the call that shows everything.
    python_help_says_more(call) = "{call} says more.";
    /// Shown after the description of an object in Python whose name is also the name of a command.
    is_command_too(command, doc) = "{command} is a Redis command too: {doc}.";
    /// Shown after the help about a command whose name is also the name of a builtin of Python.
    is_builtin_too(call) = "Python has something of the same name: {call}.";
    /// Shown for a name that is neither a command nor a name in Python.
    unknown_topic(name) = "There is no help for {name}.";
    /// Shown after `unknown_topic`.
    help_topics() = "`:doc HSET`, `r.hset?` and `x?` for a variable work; `:help` lists the tutor's commands.";
    /// Shown by `:doc` without a name.
    doc_of_what() = "Which one? `:doc INCR` or `r.incr?` shows what it does.";
    /// The help about a tutor command.
    tutor_command(command, about) = "{command}: {about}.";
    /// Shown for `pip install` and the like.
    nothing_to_install() =
        "Nothing can be installed here, and nothing has to be: Python's standard library and `redis` are built in.";
    /// Shown after Python's error for `import` of a package that is not built in.
    no_other_packages() =
        "Only Python's standard library and `redis` are built in, and no other package can be installed.";
    /// Shown for a line that begins with `!` or `%`, as in IPython.
    no_shell() = "This prompt takes Python and redis-cli commands, but no commands of a shell or of IPython.";
    /// Shown after a name in lower case that was taken as Python, although a command has that name as well.
    name_is_python(name, command) = "{name} is a name in Python. {command} in capitals, or `:cli`, is the Redis command.";
    /// Shown after `del` of a variable, if there is a key with the same name.
    key_remains(name, command) = "The variable {name} is gone, but the key of that name is still there: {command} deletes it.";
}
