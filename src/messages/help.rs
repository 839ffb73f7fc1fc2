//! Help messages about Redis, redis-py and Python (`session/display/help.rs`, `session/runtime/describe.rs`,
//! `session/commands/doc.rs`). All are Markdown. Names are passed to them as inline code.

messages! {
    /// The description of a Redis command. `summary` is a sentence, and `complexity` begins with `O(...)`.
    redis_command(summary, complexity, version) = "{summary} {complexity}, since {version}.";
    /// The description of a Redis command whose complexity is not documented. `summary` is a sentence.
    redis_command_without_complexity(summary, version) = "{summary} Since {version}.";
    /// Shown for a method whose command the built-in Redis does not have.
    no_command_beneath() = "It sends a command that the Redis in redis-tutor does not have.";
    /// Shown for a command for which redis-py has no method.
    no_method() = "redis-py has no method for it: `r.execute_command(...)` sends any command.";
    /// Shown for a Python object that is a number, a string, bytes or None.
    object_with_value(name, class, value) = "{name} is {value}, of type {class}.";
    /// Shown for any other Python object.
    object_of_class(name, class) = "{name} is of type {class}.";
    /// Shown after the description of a Python object. `call` is the call that shows more about it.
    python_help_says_more(call) = "{call} says more.";
    /// Shown after the description of a Python object whose name is also the name of a Redis command.
    is_command_too(command, doc) = "{command} is a Redis command too: {doc}.";
    /// Shown after the help for a command whose name is also the name of a Python builtin.
    is_builtin_too(call) = "Python has something of the same name: {call}.";
    /// Shown for a name that is neither a command nor defined in Python.
    unknown_topic(name) = "There is no help for {name}.";
    /// Shown after `unknown_topic`.
    help_topics() = "`:doc HSET`, `r.hset?` and `x?` for a variable work; `:help` lists the tutor's commands.";
    /// Shown by `:doc` without a name.
    doc_of_what() = "Which one? `:doc INCR` or `r.incr?` shows what it does.";
    /// The help for a tutor command.
    tutor_command(command, about) = "{command}: {about}.";
    /// Shown for `pip install` and similar commands.
    nothing_to_install() =
        "Nothing can be installed here, and nothing has to be: Python's standard library and `redis` are built in.";
    /// Shown after Python's error for the import of a package that is not built in.
    no_other_packages() =
        "Only Python's standard library and `redis` are built in, and no other package can be installed.";
    /// Shown for a line that begins with `!` or `%`, as in IPython.
    no_shell() = "This prompt takes Python and redis-cli commands, but no commands of a shell or of IPython.";
    /// Shown after a lower-case name that ran as Python, although a Redis command has the same name.
    name_is_python(name, command) = "{name} is a name in Python. {command} in capitals, or `:cli`, is the Redis command.";
    /// Shown after `del` of a variable, if there is a key with the same name.
    key_remains(name, command) = "The variable {name} is gone, but the key of that name is still there: {command} deletes it.";
}
