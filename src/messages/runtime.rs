//! Messages about clients and their programs (`session/runtime` and `session/mod.rs`). All are Markdown, except where
//! noted. Arguments that quote code already include the backticks.

messages! {
    // Messages about clients (`turns.rs`, `session/mod.rs`).

    /// A clause, in plain text, that says what a client waits for.
    waiting_client(name, keys) = "{name} waits for {keys}";

    /// Shown when the prompt passes to another client. `reason` says what the other clients wait for, or is
    /// `other_is_busy`.
    prompt_passes(reason, client) = "{reason}. The prompt is {client}'s now.";

    /// The `reason` of `prompt_passes`, if the other client is busy and waits for no key.
    other_is_busy() = "The other is busy";

    /// The name for a TCP client of `:serve` that ended another client's wait.
    real_client() = "a real client";

    /// The word, in plain text, that is shown before the prompt in a fork.
    fork_prompt() = "fork";

    // Messages about Python (`python.rs`, `python_hints.rs`).

    /// Shown when the learner's Python process has ended by itself for an unknown reason. Here and in the following
    /// messages, `variables` is `variables_restored` or `variables_gone`.
    python_ended(variables) = "Python has ended, for a reason that redis-tutor does not know. {variables} The data is untouched.";

    /// Shown when the learner's program has ended the Python process, as `os._exit` does.
    python_exited(variables) = "Python has ended: the program ended it. {variables} The data is untouched.";

    /// Shown when the learner's Python process has ended because of a stack overflow.
    python_stack_overflow(variables) =
        "Python has ended: values or calls were nested too deeply. {variables} The data is untouched.";

    /// Shown when the learner's Python process has ended because of a bug in the interpreter.
    python_panicked(variables) =
        "Python has ended: it met a fault of redis-tutor's own, not of your code. {variables} The data is untouched.";

    /// Shown when the learner's Python process has ended because it needed more memory than `limit`, such as `1 GB`.
    /// `variables` is the same as in `python_ended`.
    python_out_of_memory(limit, variables) =
        "Python has ended: it needed more memory than it may use, {limit}. {variables} The data is untouched.";

    /// Shown when Ctrl-C has ended the learner's Python process. `variables` is `variables_restored` or
    /// `variables_gone`.
    python_stopped(variables) = "Python was stopped. {variables} The data is untouched.";

    /// Shown after the learner's Python process has ended, if a new process can restore the variables.
    variables_restored() =
        "A new one was started: your variables are restored, except those of that line.";

    /// Shown after the learner's Python process has ended, if a new process cannot restore the variables.
    variables_gone() = "A new one was started. Your variables are gone.";

    /// The message of the exception that is raised for a connection to another host. `quoted_host` is a Python literal.
    one_redis_only(port, quoted_host) =
        "redis-tutor has a Redis of its own, at localhost:{port}, and cannot reach any other: leave out \
         host={quoted_host}, or type host='localhost'.";

    /// The hint for a mistyped Redis command, shown after Python's error.
    mistyped_command(word, command) = "Redis has no command {word} either. Did you mean {command}?";

    /// The hint for an `await` outside of an `async def`.
    await_outside_function() =
        "`await` works only inside `async def`. Define `async def main():` with this line in it, then type \
         `asyncio.run(main())`.";

    /// The hint for a method that was named but not called.
    method_not_called(method, call) = "{method} is the method itself. Parentheses call it: {call}.";

    // Messages about output (`output_limit.rs`), redis-cli lines (`cli.rs`) and the log of inputs (`input_log.rs`).

    /// Shown in place of lines that are kept for `:more`.
    lines_folded(number) = "{number} more lines: `:more` shows them.";

    /// Shown in place of the rest of a long line that is kept for `:more`.
    characters_folded(number) = "{number} more characters: `:more` shows them.";

    /// Shown in place of lines that are not kept.
    lines_dropped(number) = "{number} more lines are not kept; a slice, `[:20]`, shows the first.";

    /// Shown in place of the rest of a long line that is not kept.
    characters_dropped(number) = "{number} more characters are not kept; a slice, `[:20]`, shows the first.";

    /// Shown by `:more` if no output is kept.
    nothing_folded() = "Nothing is folded. When output is long, `:more` shows the rest.";

    /// Shown in place of the remaining lines if the output of a statement in a script exceeds `most` characters.
    script_lines_dropped(number, most) =
        "{number} more lines are not shown: the output of a statement is limited to {most} characters.";

    /// Shown in place of the rest of a line if the output of a statement in a script exceeds `most` characters.
    script_characters_dropped(number, most) =
        "{number} more characters are not shown: the output of a statement is limited to {most} characters.";

    // Messages about limits (`memory_limit.rs`, `turns.rs`).

    /// Shown once when a command was refused because the data has reached redis-tutor's limit, which is not a Redis
    /// setting. `limit` is a number with its unit.
    data_out_of_memory(limit) =
        "The data takes more than {limit}, the most that this Redis keeps. Commands that add to it are refused with OOM: \
         type `DEL` with the name of a large key, or `FLUSHALL` to remove everything.";

    /// Shown when a connection was closed because all connections together used more memory than `limit`, a number
    /// with its unit.
    connections_out_of_memory(limit) =
        "A connection was closed. Besides the data, all connections together may take {limit}: for replies that nobody \
         reads, commands that `MULTI` has queued, unfinished requests, and names to watch or to subscribe to.";

    /// Shown when the learner opens another client, but there are already `most` clients. `clients` are their names.
    too_many_clients(most, clients) =
        "There are {most} clients already, and no more can be opened: {clients}. `:client NAME` switches to one of them.";

    /// Shown if the number before a redis-cli command is too large, as in `1000000 PING`. The message is plain text.
    too_many_repeats(limit) = "redis-tutor sends a line {limit} times at most.";

    /// The comment in a saved script above a line that was typed but sent no command.
    no_command(line) = "No command:\n{line}";
}
