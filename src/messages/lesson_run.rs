//! Messages during a lesson (`session/lesson_run` and `session/race`). All are Markdown. Arguments that quote code
//! already include the backticks. The verdicts on submissions are in `feedback.rs`.

messages! {
    /// Shown for a command that needs a lesson, while no lesson is open.
    no_lesson_open() = "No lesson is open. `:lessons` lists them, `:go 1` opens the first.";

    // The tasks of steps (`steps.rs`).

    /// The task of a step.
    task_do(task) = "**Do:** {task}";

    /// The suggestion in a step that is not judged.
    task_try(suggestion) = "**Try:** {suggestion}";

    /// The task of a step that asks the learner to predict output. The code follows.
    task_predict() = "**Predict:** what will the last line print?";

    /// The question of a step. Its numbered options follow.
    task_choose(question) = "**Choose:** {question}";

    /// Shown after the options of a question.
    type_the_number() = "Type the number.";

    /// The goal of a race.
    task_race(goal) = "**Race:** {goal}";

    /// Shown when a step without a closing text is done.
    done() = "Done.";

    /// Shown at the end of a step, unless another message says what Enter does.
    enter_goes_on() = "Enter continues.";

    /// Shown after the last task of a practice session.
    enter_ends_practice() = "Enter ends the practice.";

    /// Shown after the last task of the fast track.
    enter_ends_fast_track() = "Enter shows the result.";

    // Hidden code of the lesson (`hidden_code.rs`).

    /// Shown when Ctrl-C is first pressed while the lesson's hidden code prepares a step or reads the data.
    hidden_code_goes_on() = "The tutor is still at work. Ctrl-C once more stops it.";

    /// Shown when Ctrl-C is pressed again, which stops the lesson's hidden code.
    hidden_code_stopped() =
        "Stopped, so what the tutor has prepared may be incomplete. `:again` starts the step again.";

    /// Shown if the Python process that prepares a step or reads the data has repeatedly ended before it was done.
    hidden_code_failed() =
        "Python has ended while the tutor was at work, and again when it tried again, so what it has prepared or \
         checked may be incomplete. `:again` starts the step again.";

    // Answers to questions (`question.rs`).

    /// Shown for an answer that is not the number of an option. `count` is the number of options.
    not_an_answer(text, count) = "{text} is not one of the answers: type a number from 1 to {count}, or `:skip`.";

    /// Shown if a prediction is right.
    right_prediction(output) = "{output} it is.";

    /// Shown if a prediction gives the right value, but not in Python's notation.
    right_prediction_in_other_words(output) = "You mean {output}? That's right. {output} is how Python writes it.";

    /// Shown if a prediction is wrong.
    wrong_prediction(text) = "Not {text}. Look again, or ask for a `:hint`.";

    /// Shown if code was typed instead of a prediction.
    not_a_prediction(text) = "{text} is not a prediction: type what the last line will print, or `:skip`.";

    /// Shown after `not_a_prediction` or `not_an_answer` if the answer looks like code.
    nothing_runs_at_questions() =
        "Code does not run at `?`. `:fork` lets you try things first, and `:fork back` returns to the question.";

    // The verdict on a submission (`judging.rs`).

    /// Shown after an answer that did not use the commands of the lesson's own answer.
    another_way(answer) = "Another way: {answer}";

    // The end of a lesson (`ending.rs`), its cheat sheet (`sheet.rs`), and a lesson whose file was saved (`reload.rs`).

    /// Shown at the end of every lesson but the last.
    sheet_and_review() =
        "`:sheet` shows the commands of this lesson, each with an example; `redis-tutor review` repeats its tasks \
         when they are due.";

    /// Shown at the end of every lesson but the last, after `sheet_and_review`.
    next_lesson(title) = "Enter opens the next lesson: {title}. `:lessons` lists them all, `:quit` leaves.";

    /// Shown at the end of the last lesson.
    sheet_of_last_lesson() = "`:sheet` shows the commands of this lesson, each with an example.";

    /// Shown at the end of the last lesson, after `sheet_of_last_lesson`.
    all_lessons_done() =
        "That was the last lesson. From here on `redis-tutor review` repeats tasks when they are due, \
         `redis-tutor sheet > redis.md` keeps what all lessons taught, and `redis-tutor play` is a prompt to try \
         things at. `:lessons` lists the lessons, `:quit` leaves.";

    /// Shown below the cheat sheet of a lesson.
    save_sheet(id) = "`redis-tutor sheet {id} > {id}.md` saves it once the lesson is finished.";

    /// Shown after the error message if a lesson's file was saved with an error.
    lesson_not_reloaded() = "The lesson stays as it was before this save.";

    /// Shown if the file of a lesson that is not open was saved.
    other_lesson_saved() = "The lesson's file was saved; `:go` opens it.";

    /// Shown if the file of the open lesson was saved. The current step is shown next.
    lesson_reloaded() = "The file was saved: here is the step as it reads now.";

    // The fast track (`review.rs`).

    /// Shown at the beginning of the fast track.
    fast_track_begins(total) =
        "The fast track asks one task of each lesson that is open: {total}. If you do it without a hint, the lesson \
         counts as done. `:skip` shows an answer, and Ctrl-D leaves; both keep what you have done.";

    /// Shown after a task of the fast track that was done without help.
    lesson_is_known() = "You know this lesson, and it counts as done.";

    /// Shown after a task of the fast track that the learner did with help, or gave up.
    lesson_stays_open() = "This lesson has something for you, so it stays open.";

    /// Shown at the end of the fast track if not every task was done without help. `title` is the first lesson to
    /// learn.
    lessons_known(known, total, title) =
        "Lessons that you know: {known} of {total}. `redis-tutor learn` opens the first of the others: {title}.";

    /// Shown at the end of the fast track if every task was done without help.
    all_lessons_known() =
        "You know all these lessons. `redis-tutor review` brings their tasks back when they are due, and \
         `redis-tutor play` is a prompt to try things at.";

    // Practice (`review.rs`).

    /// Shown after a practised task that is due again on the next day.
    due_tomorrow() = "It comes up again tomorrow.";

    /// Shown after a practised task that is due again in more than one day.
    due_in_days(days) = "It comes up again in {days} days.";

    /// Shown at the end of a practice session.
    practised(total, known) = "{total} practised, {known} without help.";

    // Comparisons of two programs (`cost_comparison.rs`).

    /// The label of the row with the number of commands, in the comparison of two programs.
    commands_row() = "commands";

    /// The label of the row with the number of round trips, in the comparison of two programs.
    round_trips_row() = "round trips";

    /// The label of the row with the number of bytes that each program sends, in the comparison of two programs.
    bytes_sent_row() = "bytes sent";

    /// The label of the row with the number of bytes that each program receives, in the comparison of two programs.
    bytes_received_row() = "bytes received";

    /// The label of the row with the memory used by each program's data, in the comparison of two programs.
    memory_row() = "bytes of memory";

    /// The label of the row with the number of lost updates, in the comparison of two programs.
    lost_updates_row() = "lost updates";

    /// Shown below a comparison with lost updates.
    lost_updates_note(clients) =
        "Lost updates: the number of orders in which a change is lost, when {clients} clients run it at once.";

    // Races (`race_step.rs`).

    /// Shown before the program of a client in a race.
    client_runs(client) = "{client} runs:";

    /// Shown before a program that several clients run in a race.
    clients_run(clients) = "{clients} each run:";

    /// A list of names. `names` contains all names but the last, separated by commas.
    names_and_last(names, last) = "{names} and {last}";

    /// Shown after the programs of a race.
    race_help() = "Type whose command is next, or `all` for every order.";

    /// The state of a client that is ready to send commands, with the number that the learner types to choose this
    /// client.
    client_ready(number, client, commands) = "`{number}` {client}: {commands}";

    /// The state of a client that waits for keys, or for `time_to_pass`.
    client_waits(client, keys) = "{client} waits for {keys}";

    /// The `keys` argument of `client_waits` for a client that sleeps.
    time_to_pass() = "time to pass";

    /// The state of a client whose program has ended.
    client_done(client) = "{client} is done";

    /// A turn of a race in which a client sends a command and gets the reply.
    client_sends_and_gets(client, commands, reply) = "{client} sends {commands} and gets {reply}";

    /// A turn of a race in which a client sends a command that blocks.
    client_sends_and_waits(client, commands) = "{client} sends {commands} and waits.";

    /// A turn of a race in which a client gets the reply to a command that had blocked.
    client_gets(client, reply) = "{client} gets {reply}";

    /// A turn of a race in which a client's program ends with an error.
    client_ends(client, error) = "{client} ends with {error}";

    /// Shown if the learner chooses a client whose program has ended.
    client_is_done(client) = "{client} is done, and sends nothing more.";

    /// Shown if the learner chooses a client that is blocked.
    client_cannot_send(client, keys) = "{client} waits for {keys}: it sends nothing before that.";

    /// Shown if the learner types text that does not name a client. `clients` is a list of `client_number` messages.
    nobodys_turn(text, clients) = "{text} is not a client: type {clients}, or `all`.";

    /// A client with the number that the learner types to choose it.
    client_number(number, client) = "`{number}` for {client}";

    /// Shown by `:undo` in a race.
    turn_undone() = "The last turn is undone.";

    /// The value that a probe of the data returned after a race. A probe is a command or expression that reads the
    /// data.
    probe_says(probe, reply) = "{probe} returns {reply}";

    /// Shown in place of `probe_says` if the probe raised an error.
    probe_fails(probe) = "{probe} raises an error";

    /// Shown after the learner has played an order of the clients' commands in which nothing went wrong. `observed` is
    /// a `probe_says` message.
    order_succeeds(observed) =
        "{observed}, as it should. Try another order, or type `all` to play every one.";

    /// Shown after the learner has played an order of the clients' commands in which something went wrong.
    order_fails(observed, expected, lost) = "{observed}, not {expected}: {lost}.";

    /// Shown below an example order of the clients' commands in which something went wrong.
    example_fails(observed, expected) = "{observed}, not {expected}.";

    /// Shown above an order of the clients' commands in which a submission fails.
    failing_order() = "An order in which it goes wrong:";

    /// Shown after `orders_fail`, above an order of the clients' commands in which the step's race goes wrong.
    one_failing_order() = "Here is one:";

    /// Shown above the longest order of the clients' commands, if nothing went wrong in any order.
    longest_order() = "The longest of them:";

    /// Shown if the commands of a race can run in only one order, in which nothing goes wrong.
    only_order_succeeds() = "There is one order, and nothing goes wrong in it.";

    /// Shown if the commands of a race can run in only one order, in which something goes wrong. `lost` is a clause
    /// that describes the failure.
    only_order_fails(lost) = "There is one order, and {lost} in it.";

    /// The number of possible orders of the clients' commands, if all of them were played.
    all_orders_played(orders) = "All {orders} orders played";

    /// The number of orders of the clients' commands that were played, if there are too many to play all of them.
    first_orders_played(orders) = "The first {orders} orders played, and there are more";

    /// Shown if nothing goes wrong in any order of the clients' commands. `played` is `all_orders_played` or
    /// `first_orders_played`.
    no_order_fails(played, lost) = "{played}: {lost} in none of them.";

    /// Shown if something goes wrong in some orders of the clients' commands.
    orders_fail(played, lost, bad) = "{played}: {lost} in **{bad}** of them.";

    /// The beginning of a message after Ctrl-C in a race, if no order of the clients' commands was played to its end.
    race_stopped() = "Stopped";

    /// The beginning of a message after Ctrl-C in a race, if one order of the clients' commands was played to its end.
    race_stopped_after_one() = "Stopped after 1 order";

    /// The beginning of a message after Ctrl-C in a race, if several orders of the clients' commands were played to
    /// their ends.
    race_stopped_after(orders) = "Stopped after {orders} orders";

    /// Shown if Ctrl-C stopped a race that was run to judge a submission. `stopped` is `race_stopped` or a variant of
    /// it.
    try_not_judged(stopped) = "{stopped}: this try is not judged.";

    /// Shown if Ctrl-C stopped a race that was run to count lost updates.
    updates_not_counted(stopped) = "{stopped}: lost updates are not counted.";

    /// Shown if Ctrl-C stopped the race in a step.
    race_can_go_on(stopped) = "{stopped}. Enter starts again, `all` plays every order, `:skip` skips the step.";

    /// Shown by `:expect` in a step with a race.
    race_expected(probe, reply) =
        "{probe} should return {reply} after each order. The step is done when you find one after which it doesn't, or \
         when you type `all`.";

    /// Shown by `:expect` in a step whose submission several clients run concurrently. `program` is code, or
    /// `this_program`.
    every_order_expected(clients, program, probe, reply) =
        "When {clients} clients run {program} at once, {probe} returns {reply} after every order of their commands.";

    /// The submission itself, as the `program` argument of `every_order_expected`.
    this_program() = "it";
}
