//! The sentences about what runs: `session/runtime` and `session/mod.rs`. All are Markdown, unless said otherwise. An
//! argument that quotes code comes with its backticks.

messages! {
    // Clients (`turns.rs`, `session/mod.rs`).

    /// What a client waits for, as a clause. Plain text.
    waiting_client(name, keys) = "{name} waits for {keys}";

    /// The prompt passes to another client; `reason` is what the others wait for, or `other_is_busy`.
    prompt_passes(reason, client) = "{reason}. The prompt is {client}'s now.";

    /// The reason for `prompt_passes`, if the other client waits for no key.
    other_is_busy() = "The other is busy";

    /// In place of a name, in what ended a wait: a program that is connected to the port of `:serve`.
    real_client() = "a real client";

    /// The word before the prompt in a fork. Plain text.
    fork_prompt() = "fork";

    // Python (`python.rs`, `python_hints.rs`).

    /// The learner's Python ended by itself; `variables` is one of the next two messages.
    python_ended(variables) = "Python has ended. {variables} The data is untouched.";

    /// The learner's Python ended because of Ctrl-C.
    python_stopped(variables) = "Python was stopped. {variables} The data is untouched.";

    /// After the end of the learner's Python.
    variables_restored() =
        "A new one takes its place: your variables are restored, except those of that line.";

    /// After the end of the learner's Python, if it cannot be replayed.
    variables_gone() = "A new one takes its place. Your variables are gone.";

    /// A program connects to another host. The text of a Python exception; `quoted_host` is a Python literal.
    one_redis_only(port, quoted_host) =
        "redis-tutor has one Redis, inside itself, at localhost:{port}, and reaches no other: leave out \
         host={quoted_host}, or type host='localhost'.";

    /// The hint on a mistyped Redis command, after Python's error.
    mistyped_command(word, command) = "Redis has no command {word} either. Did you mean {command}?";

    /// The hint on a method that was not called.
    method_not_called(method, call) = "{method} is the method itself. Brackets call it: {call}.";

    // Output (`output_limit.rs`), redis-cli lines (`cli.rs`) and the log of inputs (`input_log.rs`).

    /// Output was folded.
    lines_folded(number) = "{number} more lines: `:more` shows them.";

    /// Output of one line was folded.
    characters_folded(number) = "{number} more characters: `:more` shows them.";

    /// Output was dropped.
    lines_dropped(number) = "{number} more lines are not kept; a slice, `[:20]`, shows the first.";

    /// Output of one line was dropped.
    characters_dropped(number) = "{number} more characters are not kept; a slice, `[:20]`, shows the first.";

    /// `:more` without folded output.
    nothing_folded() = "Nothing is folded. When output is long, `:more` shows the rest.";

    /// `1000000 PING`: the number before the command is too large. Plain text.
    too_many_repeats(limit) = "redis-tutor sends a line {limit} times at most.";

    /// A comment in the script of `:save`, above a line that was typed but sent no command.
    no_command(line) = "No command:\n{line}";
}
