//! The answers of the tutor's commands: `session/commands`.
//!
//! What the learner typed, and names of keys, commands and clients, are passed as inline code where the text is Markdown.

messages! {
    // All commands (`session/commands/mod.rs`).

    /// A line that begins with a colon and has an unknown name.
    unknown_command(command) = "{command} is not a tutor command.";
    /// After a message about an unknown name, if a known name is similar.
    did_you_mean(name) = "Did you mean {name}?";
    /// After `unknown_command`, at a prompt.
    help_lists_commands() = "`:help` lists the commands.";
    /// `:help`, before the table of commands.
    help_intro() = "\
Type Python (`r` is a `redis.Redis()`) or redis-cli commands (`GET user:1000:name`). An empty line goes on when a step is \
done; Ctrl-C stops what runs, Ctrl-D leaves.";
    /// `:help`, the header of the table of commands.
    help_header() = "| type | |";

    // `:hint`, `:expect` and `:answer` (`session/commands/step.rs`).

    /// `:hint`.
    hint(number, total, hint) = "Hint {number} of {total}: {hint}";
    /// `:hint` in a step without hints.
    no_hints() = "This step has no hints. `:answer` shows a way.";
    /// `:hint` after the last hint.
    no_more_hints() = "There are no more hints. `:answer` shows a way, `:skip` types it for you.";
    /// `:expect` in a step that does not judge a submission.
    nothing_expected() = "This step does not check the data.";
    /// `:answer` in a step with options to choose from.
    answer_option(number) = "Number {number}.";
    /// `:answer` in a race.
    answer_race() = "`all` plays every order, and that completes this step.";
    /// `:answer`, before the code.
    answer_begins() = "One way:";
    /// `:expect`: the last value.
    expected_reply(reply) = "The reply is {reply}.";
    /// `:expect`: what is printed.
    expected_output(output) = "Your code prints {output}.";
    /// `:expect`: part of an error's text.
    expected_error(error) = "You get an error that says {error}.";
    /// `:expect`: a command that must be sent.
    expected_use(command) = "You send {command}.";
    /// `:expect`: a command that must not be sent.
    expected_avoidance(command) = "You do not send {command}.";
    /// `:expect`: a key that must not change.
    expected_unchanged(key) = "{key} stays as it is.";
    /// `:expect`: the client that must do the step.
    expected_client(client) = "You do it as {client}.";
    /// `:expect`: the clients that must take part in the step.
    expected_clients(clients) = "{clients} each do a part.";
    /// `:expect`, between the names of the last two clients.
    expected_clients_and() = " and ";
    /// `:expect`: a client that must be blocked.
    expected_waiting(client) = "{client} waits for a reply.";

    // `:lessons` and `:go` (`session/commands/lessons.rs`).

    /// After the list of lessons.
    how_to_open_lesson() = "`:go 3` or `:go hashes` opens one.";
    /// `:go` without a lesson.
    go_where() = "Which lesson? Type `:go 3` or `:go hashes`. `:lessons` lists all of them.";
    /// `:go` with an unknown lesson.
    no_such_lesson(lesson) = "There is no lesson {lesson}.";
    /// After `no_such_lesson`.
    lessons_lists_them() = "`:lessons` lists all lessons.";
    /// `:go` with an unknown step of a lesson.
    no_such_step(lesson, step, steps) = "{lesson} has no step {step}. Its steps are {steps}.";

    // `:client` and `:python` (`session/commands/clients.rs`).

    /// `:client` without a name.
    open_clients(clients) = "Open: {clients}. `:client NAME` opens another, or switches to one of them.";
    /// `:client` with a name that a client cannot have.
    not_a_client_name(name) = "{name} cannot name a client: use one word other than `tutor`, as in `:client phone`.";
    /// `:client`, if the client cannot take an input yet.
    client_is_busy(client) = "{client} is still waiting.";
    /// `:python fresh`.
    fresh_python() = "A fresh Python: no variables, the same data.";

    // `:wait` (`session/commands/wait.rs`).

    /// `:wait` without a duration.
    wait_how_long() = "For how long? Type `:wait 30s`, `:wait 5m` or `:wait 2h`.";
    /// `:wait` with something else than a duration.
    not_a_duration(text) = "{text} is not a duration. Try `:wait 30s`, `:wait 5m` or `:wait 2h`.";
    /// After `:wait`.
    time_passed(duration) = "{duration} later.";

    // `:keys` and `:doc` (`session/commands/data.rs`).

    /// `:keys`, the header of the table.
    keys_header() = "| key | type | expires in |";
    /// `:keys` without any key.
    no_keys() = "There are no keys.";
    /// `:doc` without a command.
    doc_of_what() = "Which command? `:doc INCR` shows what INCR does.";
    /// `:doc` with an unknown command.
    unknown_redis_command(command) = "This Redis has no command {command}.";
    /// `:doc`: the summary is a sentence, the complexity begins with `O(…)`.
    redis_command(summary, complexity, version) = "{summary} {complexity}, since {version}.";

    // `:draw` (`session/commands/draw.rs`).

    /// `:draw` with a quote that is not closed, or is closed within a word.
    draw_unbalanced_quotes() =
        "The quotes are not balanced. Type `:draw KEY`, or `:draw \"a key\"` if the key contains spaces.";
    /// `:draw` with more than two keys.
    draw_too_many_arguments() =
        "`:draw` takes two keys at most: `:draw KEY`, or `:draw KEY KEY` to compare two sets.";
    /// `:draw` alone, without any key in the database.
    nothing_to_draw() = "There are no keys to draw yet.";
    /// `:draw` alone, with too many keys for a picture of each.
    too_many_keys_to_draw() = "There are many keys: `:keys` lists them, `:draw KEY` draws one of them.";
    /// `:draw` with a key that has expired.
    key_has_expired(key, kind) = "{key} has expired. It held a {kind}.";
    /// `:draw` with a key that the last change removed.
    key_was_removed(key, kind) = "The last change removed {key}. It held a {kind}.";
    /// `:draw` with an unknown key.
    no_such_key(key) = "There is no key {key}. `:keys` lists all keys.";
    /// `:draw` with an unknown key whose name resembles that of a key.
    no_such_key_misspelt(key, similar) = "There is no key {key}. Did you mean {similar}? `:keys` lists all keys.";
}
