//! The answers of the tutor's commands: `session/commands`.
//!
//! What the learner typed, and names of keys, commands and clients, are passed as inline code where the text is
//! Markdown.

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
Type Python (`r` is a `redis.Redis()`) or redis-cli commands (`GET user:1000:name`). An empty line goes on when a \
step is done; Ctrl-C stops what runs, Ctrl-D leaves.";
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

    // `:undo` and `:fork` (`session/commands/undo.rs`).

    /// `:undo` or `:fork back` while clients outside of the session are connected.
    real_clients_prevent_undo() = "\
Real clients are connected, and what they have read can't be taken back, so nothing was changed. `:serve off` \
disconnects them. After that, the same command works, and takes back what they have done as well.";
    /// `:undo` at the start of a fork.
    fork_starts_here() = "This is where the fork began: `:fork back` leaves it.";
    /// `:undo` without an input before it.
    nothing_to_undo() = "There is nothing to take back.";
    /// `:undo` after an answer that was not accepted.
    undone_refused_answer(input) = "\
{input} was not accepted as an answer, and has changed nothing. Another `:undo` takes back what came before it.";
    /// `:undo` with too much data.
    too_large_to_undo() = "\
The data is too large to be copied before every line, so this can't be taken back. Before you try something, type \
`:fork`, which copies all of it once; `:fork back` then returns to it.";
    /// `:undo`.
    undone(input) = "Taken back: {input}.";
    /// After `undone`, in a lesson.
    back_at_done_step(step, lesson) = "You are at step {step} of **{lesson}**, which is done.";
    /// After `undone`, in a lesson.
    back_at_open_step(step, lesson) = "Step {step} of **{lesson}** is open again.";
    /// After `undone` or `fork_left`, if keys have TTLs.
    clock_is_back() = "The clock was set back as well, so TTLs are as they were.";
    /// `:fork`.
    fork_begun() = "\
You are in a fork: try what you like. `:fork back` returns to this place, `:fork keep` stays where you are then.";
    /// After `fork_begun`, in a lesson.
    fork_is_not_judged() = "Until then no step is judged.";
    /// `:fork` in a fork.
    already_in_fork() = "You are in a fork already. `:fork back` returns to its beginning, `:fork keep` stays here.";
    /// `:fork back` or `:fork keep` outside of a fork.
    no_fork() = "There is no fork to leave: `:fork` begins one.";
    /// `:fork keep`.
    fork_kept() = "Everything stays as it is now.";
    /// After `fork_kept`, in a lesson.
    steps_are_judged_again() = "From here on, steps are judged again.";
    /// `:fork` with an unknown argument.
    neither_back_nor_keep(argument) =
        "{argument} is neither `back` nor `keep`. Type `:fork`, `:fork back` or `:fork keep`.";
    /// `:fork back`.
    fork_left() = "Back where the fork began: everything is as it was then.";
    /// A command that would leave the step, in a fork.
    leave_fork_first() =
        "You are in a fork. Leave it with `:fork back` or `:fork keep` first, then go on in the lesson.";

    // `:wire` (`session/commands/wire.rs`).

    /// `:wire on`.
    wire_turned_on() = "\
From here on, the bytes of each command and of its reply are shown. Each line of the protocol ends with two more \
bytes, `\\r\\n`, which are counted but not shown. `:wire off` ends it.";
    /// `:wire off`.
    wire_turned_off() = "The bytes are no longer shown.";
    /// `:wire`.
    wire_is_on() = "`:wire` is on: `:wire off` turns it off.";
    /// `:wire`.
    wire_is_off() = "`:wire` is off: `:wire on` shows the bytes.";
    /// After `wire_is_on` or `wire_is_off`.
    wire_so_far(commands, round_trips, sent, received) =
        "So far: {commands}, {round_trips}, {sent} out, {received} in.";
    /// `:wire` with an unknown argument.
    neither_on_nor_off(argument) =
        "{argument} is neither on nor off. Type `:wire on`, `:wire off`, or `:wire` alone.";
    /// Beside bytes that a client received without a command.
    no_reply_but_message() = "a message, which answers no command";
    /// Beside the reply to a command that another client woke.
    woken_after(duration, client) = "after {duration}, woken by {client}";
    /// Beside the reply to a command whose timeout was over.
    timed_out_after(duration) = "after {duration}, timed out";
    /// In place of the reply to a command.
    gave_up_after(duration) = "the client gave up after {duration}";
    /// In place of the commands in the middle of a long pipeline, at least two.
    more_commands(number) = "{number} more commands";
    /// In place of their replies.
    more_replies(number) = "{number} more replies";
    /// What a part of the bytes means: the name of the command.
    part_is_command(meaning) = "{meaning}, the command";
    /// What a part of the bytes means: a key.
    part_is_key(meaning) = "{meaning}, a key";

    // `:timeline` (`session/commands/timeline.rs`).

    /// `:timeline` with something else than a number.
    timeline_how_many(usual) = "How many commands? Type `:timeline` for the last {usual}, or `:timeline 50`.";
    /// `:timeline` before the first command.
    nothing_was_sent() = "Nothing has been sent yet: type a command first.";
    /// How the wait of a command ended: `BLPOP waited 2 s, woken by main`.
    woken_by(client) = "woken by {client}";
    /// How the wait of a command ended.
    timed_out() = "timed out";
    /// How the wait of a command ended.
    gave_up() = "gave up";
    /// After the timeline; `timeline` is the command that shows more.
    earlier_commands(commands, timeline) = "{commands} came before; {timeline} goes further back.";
    /// In place of the reply to a command.
    no_reply_arrived() = "no reply";

    // `:save` (`session/commands/save.rs`).

    /// `:save` without a file.
    save_where() = "Where to? Type `:save my_script.py`.";
    /// `:save` before the first input.
    nothing_to_save() = "Nothing to save yet: type something first.";
    /// `:save`.
    saved(file, command) = "Saved as {file}: {command} runs it on a real Redis.";
    /// In the script, at its start.
    script_about() = "Typed in redis-tutor; prints the same with redis-py on an empty Redis at localhost:6379.";
    /// In the script, after `script_about`.
    script_about_cli_lines() = "Lines of redis-cli go through execute_command here, and print what that returns.";
    /// In the script, before an input that was interrupted.
    script_stopped() = "Stopped before it ended:";
    /// In the script, before an input with a syntax error.
    script_not_python() = "Not valid Python:";
    /// In the script, for `:wait`.
    script_wait(duration, seconds) = "Here {duration} passed: time.sleep({seconds})";

    // `:serve` (`session/commands/serve.rs`).

    /// `:serve` without a port.
    no_port_open() =
        "No port is open. `:serve 6379` lets redis-cli and redis-py in other windows of this machine connect.";
    /// `:serve off` without a port.
    no_port_to_close() = "No port is open. `:serve 6379` opens one.";
    /// `:serve off`.
    port_closed(port) = "Port {port} is closed. The data stays.";
    /// `:serve off` with one client.
    port_closed_on_one(port) = "Port {port} is closed. The client that was connected is cut off. The data stays.";
    /// `:serve off` with several clients.
    port_closed_on_several(port, count) =
        "Port {port} is closed. The {count} clients that were connected are cut off. The data stays.";
    /// `:serve PORT` with an open port.
    port_already_open(port) = "Port {port} is open already. `:serve off` closes it.";
    /// `:serve` with something else than a port.
    not_a_port(argument) = "{argument} is not a port: type a number from 1 to 65535, such as `:serve 6379`.";
    /// `:serve PORT`. `cli` and `python` are what to type in another window.
    port_opened(port, cli, python) = "\
This Redis is open to this machine, at 127.0.0.1:{port}. In another window, {cli} or a Python with redis-py \
({python}) sees this data and can change it. `:serve` shows who is connected, `:serve off` closes the port.";
    /// `:serve` with an open port, but without clients.
    no_real_clients(port) = "The port is open at 127.0.0.1:{port}, and nobody is connected. `:serve off` closes it.";
    /// `:serve` with clients: their table follows.
    port_is_open(port) = "The port is open at 127.0.0.1:{port}. `:serve off` closes it.";
    /// The header of the table of clients.
    real_clients_header() = "| client | from | does |";
    /// The name of a client that has given none.
    real_client_unnamed(id) = "number {id}";
    /// What a client does.
    real_client_waits(keys) = "waits for {keys}";
    /// What a client does.
    real_client_monitors() = "runs MONITOR";
    /// What a client does.
    real_client_is_subscribed() = "is subscribed";
    /// What a client does: its last command.
    real_client_sent(command) = "sent {command} last";
    /// What a client does.
    real_client_is_new() = "has sent nothing yet";
}
