//! Messages of the tutor commands (`session/commands`).
//!
//! If a message is Markdown, the learner's input and the names of keys, commands and clients are passed to it as inline
//! code.

messages! {
    // Messages that all commands use (`session/commands/mod.rs`).

    /// Shown for a line that begins with a colon, if its first word is not a tutor command.
    unknown_command(command) = "{command} is not a tutor command.";
    /// Shown after a message about an unknown name, if a known name is similar.
    did_you_mean(name) = "Did you mean {name}?";
    /// Shown after `unknown_command` at a prompt.
    help_lists_commands() = "`:help` lists the commands.";
    /// Shown by `:help` before the table of commands.
    help_intro() = "\
Type Python (`r` is a `redis.Redis()`) or redis-cli commands (`GET user:1`); `r.get?` explains. Ctrl-C stops what \
runs, Ctrl-D leaves.";

    // Messages of `:hint`, `:expect` and `:answer` (`session/commands/step.rs`).

    /// Shown by `:hint` for the step's next hint.
    hint(number, total, hint) = "Hint {number} of {total}: {hint}";
    /// Shown by `:hint` in a step without hints.
    no_hints() = "This step has no hints. `:answer` shows a solution.";
    /// Shown by `:hint` after the last hint.
    no_more_hints() = "There are no more hints. `:answer` shows a solution, `:skip` types it for you.";
    /// Shown by `:expect` in a step that does not judge submissions.
    nothing_expected() = "This step does not check the data.";
    /// Shown by `:answer` in a step with options to choose from. `number` is the number of the right option.
    answer_option(number) = "Number {number}.";
    /// Shown by `:answer` in a step with a race.
    answer_race() = "`all` plays every order, and that completes this step.";
    /// Shown by `:answer` before the code of the answer.
    answer_begins() = "One way:";
    /// Shown by `:expect` if the submission must return a particular value.
    expected_reply(reply) = "The reply is {reply}.";
    /// Shown by `:expect` if the submission must print a particular text.
    expected_output(output) = "Your code prints {output}.";
    /// Shown by `:expect` if the submission's error message must contain a particular text.
    expected_error(error) = "You get an error that says {error}.";
    /// Shown by `:expect` if a particular command must be sent.
    expected_use(command) = "You send {command}.";
    /// Shown by `:expect` if a command must be sent in the step with particular arguments.
    expected_line(line) = "{line} is sent.";
    /// Shown by `:expect` if a command must be sent at least `count` times in the step.
    expected_count(command, count) = "{command} is sent at least {count} times.";
    /// Shown by `:expect` if a variable must be set in the step.
    expected_variable(name) = "The variable {name} is set.";
    /// Shown by `:expect` if a command must not be sent.
    expected_avoidance(command) = "You do not send {command}.";
    /// Shown by `:expect` if a key must not change.
    expected_unchanged(key) = "{key} stays as it is.";
    /// Shown by `:expect` if a particular client must complete the step.
    expected_client(client) = "You do it as {client}.";
    /// Shown by `:expect` if several clients must take part in the step.
    expected_clients(clients) = "{clients} each do a part.";
    /// The separator between the last two names in `expected_clients`.
    expected_clients_and() = " and ";
    /// Shown by `:expect` if a client must be blocked.
    expected_waiting(client) = "{client} waits for a reply.";

    // Messages of `:lessons` and `:go` (`session/commands/lessons.rs`).

    /// Shown after the list of lessons.
    how_to_open_lesson() = "`:go 3` or `:go hashes` opens one.";
    /// Shown by `:go` without an argument.
    go_where() = "Which lesson? Type `:go 3` or `:go hashes`. `:lessons` lists all of them.";
    /// Shown by `:go` if there is no such lesson.
    no_such_lesson(lesson) = "There is no lesson {lesson}.";
    /// Shown after `no_such_lesson`.
    lessons_lists_them() = "`:lessons` lists all lessons.";
    /// Shown by `:go` if the lesson has no such step.
    no_such_step(lesson, step, steps) = "{lesson} has no step {step}. Its steps are {steps}.";

    // Messages of `:client` and `:python` (`session/commands/clients.rs`).

    /// Shown by `:client` without a name. `clients` lists the names of all clients.
    open_clients(clients) = "Open: {clients}. `:client NAME` opens another, or switches to one of them.";
    /// Shown by `:client` if the name is not allowed for a client.
    not_a_client_name(name) = "{name} cannot name a client: use one word other than `tutor`, as in `:client phone`.";
    /// Shown by `:client` if the client is blocked and cannot accept input yet.
    client_is_busy(client) = "{client} is still waiting.";
    /// Shown by `:python fresh`, which discards all Python variables.
    fresh_python() = "A fresh Python: no variables, the same data.";

    // Messages of `:wait` (`session/commands/wait.rs`).

    /// Shown by `:wait` without a duration.
    wait_how_long() = "For how long? Type `:wait 30s`, `:wait 5m` or `:wait 2h`.";
    /// Shown by `:wait` if its argument is not a duration.
    not_a_duration(text) = "{text} is not a duration. Try `:wait 30s`, `:wait 5m` or `:wait 2h`.";
    /// Shown by `:wait` when the time has passed.
    time_passed(duration) = "{duration} later.";

    // Messages of `:keys` (`session/commands/data.rs`) and `:doc` (`session/commands/doc.rs`).

    /// The header of the table that `:keys` shows.
    keys_header() = "| key | type | expires in |";
    /// Shown by `:keys` if the database has no keys.
    no_keys() = "There are no keys.";
    /// Shown by `:doc` if there is no such command.
    unknown_redis_command(command) = "This Redis has no command {command}.";

    // Messages of `:draw` (`session/commands/draw.rs`).

    /// Shown by `:draw` if a quote is not closed, or is closed within a word.
    draw_unbalanced_quotes() =
        "The quotes are not balanced. Type `:draw KEY`, or `:draw \"a key\"` if the key contains spaces.";
    /// Shown by `:draw` with more than two keys.
    draw_too_many_arguments() =
        "`:draw` takes two keys at most: `:draw KEY`, or `:draw KEY KEY` to compare two sets.";
    /// Shown by `:draw` without an argument, if the database has no keys.
    nothing_to_draw() = "There are no keys to draw yet.";
    /// Shown by `:draw` without an argument, if there are too many keys for a picture of each.
    too_many_keys_to_draw() = "There are many keys: `:keys` lists them, `:draw KEY` draws one of them.";
    /// Shown by `:draw` if the key has expired.
    key_has_expired(key, kind) = "{key} has expired. It held a {kind}.";
    /// Shown by `:draw` if the last change removed the key.
    key_was_removed(key, kind) = "The last change removed {key}. It held a {kind}.";
    /// Shown by `:draw` if there is no such key.
    no_such_key(key) = "There is no key {key}. `:keys` lists all keys.";
    /// Shown by `:draw` if there is no such key, but a key with a similar name.
    no_such_key_misspelt(key, similar) = "There is no key {key}. Did you mean {similar}? `:keys` lists all keys.";

    // Messages of `:undo` and `:fork` (`session/commands/undo.rs`).

    /// Shown by `:undo` and `:fork back` while TCP clients are connected.
    real_clients_prevent_undo() = "\
Real clients are connected, and what they have read can't be undone, so nothing was changed. `:serve off` \
disconnects them. After that, the same command works, and undoes what they have done as well.";
    /// Shown by `:undo` at the start of a fork.
    fork_starts_here() = "This is where the fork began: `:fork back` leaves it.";
    /// Shown by `:undo` if nothing has been entered yet.
    nothing_to_undo() = "There is nothing to undo.";
    /// Shown by `:undo` if the last input was not accepted as an answer.
    undone_refused_answer(input) = "\
{input} was not accepted as an answer, and has changed nothing. Another `:undo` undoes what came before it.";
    /// Shown by `:undo` if the data was too large to be copied.
    too_large_to_undo() = "\
The data is too large to be copied before every line, so this can't be undone. Before you try something, type \
`:fork`, which copies all of it once; `:fork back` then returns to it.";
    /// Shown by `:undo` after `input` has been undone.
    undone(input) = "Undone: {input}.";
    /// Shown after `undone` if the learner is back at a step that is done.
    back_at_done_step(step, lesson) = "You are at step {step} of **{lesson}**, which is done.";
    /// Shown after `undone` if the learner is back at a step that is open again.
    back_at_open_step(step, lesson) = "Step {step} of **{lesson}** is open again.";
    /// Shown after `undone` or `fork_left`, if keys have TTLs.
    clock_is_back() = "The clock was set back as well, so TTLs are as they were.";
    /// Shown by `:fork` when a fork begins.
    fork_begun() = "\
You are in a fork: try what you like. `:fork back` returns to this place, `:fork keep` keeps your changes.";
    /// Shown after `fork_begun` in a lesson.
    fork_is_not_judged() = "Until then no step is judged.";
    /// Shown by `:fork` in a fork.
    already_in_fork() = "You are in a fork already. `:fork back` returns to its beginning, `:fork keep` keeps your changes.";
    /// Shown by `:fork back` and `:fork keep` outside of a fork.
    no_fork() = "There is no fork to leave: `:fork` begins one.";
    /// Shown by `:fork keep`.
    fork_kept() = "Everything stays as it is now.";
    /// Shown after `fork_kept` in a lesson.
    steps_are_judged_again() = "From here on, steps are judged again.";
    /// Shown by `:fork` with an unknown argument.
    neither_back_nor_keep(argument) =
        "{argument} is neither `back` nor `keep`. Type `:fork`, `:fork back` or `:fork keep`.";
    /// Shown by `:fork back`.
    fork_left() = "Back where the fork began: everything is as it was then.";
    /// Shown in a fork for a command that would leave the step.
    leave_fork_first() =
        "You are in a fork. Leave it with `:fork back` or `:fork keep` first, then go on in the lesson.";

    // Messages of `:wire` (`session/commands/wire.rs`).

    /// Shown by `:wire on`.
    wire_turned_on() = "\
From here on, the bytes of each command and of its reply are shown. Each line of the protocol ends with two more \
bytes, `\\r\\n`, which are counted but not shown. `:wire off` turns this off.";
    /// Shown by `:wire off`.
    wire_turned_off() = "The bytes are no longer shown.";
    /// Shown by `:wire` without an argument, if `:wire` is on.
    wire_is_on() = "`:wire` is on: `:wire off` turns it off.";
    /// Shown by `:wire` without an argument, if `:wire` is off.
    wire_is_off() = "`:wire` is off: `:wire on` shows the bytes.";
    /// Shown after `wire_is_on` and `wire_is_off` for the traffic since the wire log was last cleared.
    wire_so_far(commands, round_trips, sent, received) =
        "So far: {commands}, {round_trips}, {sent} out, {received} in.";
    /// Shown by `:wire` with an unknown argument.
    neither_on_nor_off(argument) =
        "{argument} is neither on nor off. Type `:wire on`, `:wire off`, or `:wire` alone.";
    /// Shown beside bytes that a client received although it sent no command.
    no_reply_but_message() = "a message, not the reply to a command";
    /// Shown beside the reply to a blocked command that another client unblocked.
    woken_after(duration, client) = "after {duration}, woken by {client}";
    /// Shown beside the reply to a blocked command that timed out.
    timed_out_after(duration) = "after {duration}, timed out";
    /// Shown in place of the reply to a blocked command, if its client stopped waiting.
    gave_up_after(duration) = "the client gave up after {duration}";
    /// Shown in place of the commands in the middle of a long pipeline. At least two commands are left out.
    more_commands(number) = "{number} more commands";
    /// Shown in place of the replies in the middle of a long pipeline. At least two replies are left out.
    more_replies(number) = "{number} more replies";
    /// The explanation, in the output of `:wire`, of the bytes that contain a command's name.
    part_is_command(meaning) = "{meaning}, the command";
    /// The explanation, in the output of `:wire`, of the bytes that contain a key.
    part_is_key(meaning) = "{meaning}, a key";

    // Messages of `:timeline` (`session/commands/timeline.rs`).

    /// Shown by `:timeline` if its argument is not a number.
    timeline_how_many(usual) = "How many commands? Type `:timeline` for the last {usual}, or `:timeline 50`.";
    /// Shown by `:timeline` before the first command.
    nothing_was_sent() = "Nothing has been sent yet: type a command first.";
    /// The end of the line about a blocked command that another client unblocked, as in `BLPOP waited 2 s, woken by
    /// main`.
    woken_by(client) = "woken by {client}";
    /// The end of the line about a blocked command that timed out.
    timed_out() = "timed out";
    /// The end of the line about a blocked command whose client stopped waiting.
    gave_up() = "gave up";
    /// Shown after the timeline. `timeline` is the tutor command that shows more commands.
    earlier_commands(commands, timeline) = "{commands} came before; {timeline} goes further back.";
    /// Shown in the timeline in place of a reply that never arrived.
    no_reply_arrived() = "no reply";

    // Messages of `:save` (`session/commands/save.rs`), and comments in the scripts that `:save` writes.

    /// Shown by `:save` without a file name.
    save_where() = "Where to? Type `:save my_script.py`.";
    /// Shown by `:save` if nothing has been entered yet.
    nothing_to_save() = "Nothing to save yet: type something first.";
    /// Shown by `:save` after it has written the file.
    saved(file, command) = "Saved as {file}: {command} runs it on a real Redis.";
    /// The comment at the start of a script that `:save` writes.
    script_about() = "Typed in redis-tutor; prints the same with redis-py on an empty Redis at localhost:6379.";
    /// The comment after `script_about`, if the script contains redis-cli lines.
    script_about_cli_lines() = "Lines of redis-cli go through execute_command here, and print what that returns.";
    /// The comment in a saved script before an input that was interrupted.
    script_stopped() = "Stopped before it ended:";
    /// The comment in a saved script before an input with a syntax error.
    script_not_python() = "Not valid Python:";
    /// The comment in a saved script that replaces a `:wait`.
    script_wait(duration, seconds) = "Here {duration} passed: time.sleep({seconds})";

    // Messages of `:serve` (`session/commands/serve.rs`).

    /// Shown by `:serve` without an argument, if no port is open.
    no_port_open() =
        "No port is open. `:serve 6379` lets redis-cli and redis-py in other windows of this machine connect.";
    /// Shown by `:serve off` if no port is open.
    no_port_to_close() = "No port is open. `:serve 6379` opens one.";
    /// Shown by `:serve off` if no client was connected.
    port_closed(port) = "Port {port} is closed. The data stays.";
    /// Shown by `:serve off` if one client was connected.
    port_closed_on_one(port) = "Port {port} is closed. Its client was disconnected. The data stays.";
    /// Shown by `:serve off` if several clients were connected.
    port_closed_on_several(port, count) =
        "Port {port} is closed. Its {count} clients were disconnected. The data stays.";
    /// Shown by `:serve PORT` if a port is open already.
    port_already_open(port) = "Port {port} is open already. `:serve off` closes it.";
    /// Shown by `:serve` if its argument is not a port.
    not_a_port(argument) = "{argument} is not a port: type a number from 1 to 65535, such as `:serve 6379`.";
    /// Shown by `:serve PORT`. `cli` is a redis-cli command and `python` a line of Python, each to be typed in another
    /// window.
    port_opened(port, cli, python) = "\
This Redis is open to this machine, at 127.0.0.1:{port}. In another window, {cli} or a Python with redis-py \
({python}) sees this data and can change it. `:serve` shows who is connected, `:serve off` closes the port.";
    /// Shown by `:serve` without an argument, if a port is open and no client is connected.
    no_real_clients(port) = "The port is open at 127.0.0.1:{port}, and nobody is connected. `:serve off` closes it.";
    /// Shown by `:serve` without an argument, before the table of connected clients.
    port_is_open(port) = "The port is open at 127.0.0.1:{port}. `:serve off` closes it.";
    /// The header of the table of connected clients.
    real_clients_header() = "| client | from | does |";
    /// The label of a connected client that has not set a name.
    real_client_unnamed(id) = "number {id}";
    /// The state of a connected client that is blocked on keys.
    real_client_waits(keys) = "waits for {keys}";
    /// The state of a connected client that has sent MONITOR.
    real_client_monitors() = "runs MONITOR";
    /// The state of a connected client that is subscribed to a channel.
    real_client_is_subscribed() = "is subscribed";
    /// The state of any other connected client that has sent a command.
    real_client_sent(command) = "sent {command} last";
    /// The state of a connected client that has sent no command.
    real_client_is_new() = "has sent nothing yet";
}
