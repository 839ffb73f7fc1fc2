//! The sentences of a lesson under way: `session/lesson_run` and `session/race`. All are Markdown. An argument that
//! quotes code comes with its backticks. The verdicts on submissions are in `feedback.rs`.

messages! {
    /// A command that needs a lesson, without one.
    no_lesson_open() = "No lesson is open. `:lessons` lists them, `:go 1` opens the first.";

    // Tasks (`steps.rs`).

    /// The task of a step.
    task_do(task) = "**Do:** {task}";

    /// The suggestion of a step that is not judged.
    task_try(suggestion) = "**Try:** {suggestion}";

    /// The task of a step whose output is to be predicted. The code follows.
    task_predict() = "**Predict:** what will the last line print?";

    /// A question. Its numbered answers follow.
    task_choose(question) = "**Choose:** {question}";

    /// After the answers of a question.
    type_the_number() = "Type the number.";

    /// The goal of a race.
    task_race(goal) = "**Race:** {goal}";

    /// A step without a closing text is done.
    done() = "Done.";

    /// At the end of a step.
    enter_goes_on() = "Enter goes on.";

    /// At the end of the last step of a practice.
    enter_ends_practice() = "Enter ends the practice.";

    // Questions (`question.rs`).

    /// After an answer that names no option; `count` is the number of options.
    not_an_answer(text, count) = "{text} is not one of the answers: type a number from 1 to {count}, or `:skip`.";

    /// A prediction is right.
    right_prediction(output) = "{output} it is.";

    /// A prediction is wrong.
    wrong_prediction(text) = "Not {text}. Look again, or ask for a `:hint`.";

    /// Code was typed instead of a prediction.
    not_a_prediction(text) = "{text} is not a prediction: type what the last line will print, or `:skip`.";

    /// After an answer that looks like code.
    nothing_runs_at_questions() =
        "Nothing runs at `?`. `:fork` lets you try things first, and `:fork back` returns to the question.";

    // Judging (`judging.rs`).

    /// The lesson's own answer, after one that did without its commands.
    another_way(answer) = "Another way: {answer}";

    // The end of a lesson (`ending.rs`), its sheet (`sheet.rs`), and a lesson whose file was saved (`reload.rs`).

    /// At the end of a lesson that is not the last one.
    sheet_and_review() =
        "`:sheet` shows the commands of this lesson, each with an example; `redis-tutor review` brings its tasks back \
         when it is time for them.";

    /// At the end of a lesson that is not the last one.
    next_lesson(title) = "Enter opens the next lesson: {title}. `:lessons` lists them all, `:quit` leaves.";

    /// At the end of the last lesson.
    sheet_of_last_lesson() = "`:sheet` shows the commands of this lesson, each with an example.";

    /// At the end of the last lesson.
    all_lessons_done() =
        "That was the last lesson. From here on `redis-tutor review` brings tasks back when it is time for them, \
         `redis-tutor sheet > redis.md` keeps what all lessons taught, and `redis-tutor play` is a prompt to try \
         things at. `:lessons` lists the lessons, `:quit` leaves.";

    /// Below the sheet of a lesson.
    save_sheet(id) = "`redis-tutor sheet {id} > {id}.md` saves it once the lesson is finished.";

    /// A lesson's file was saved with an error, which was shown.
    lesson_not_reloaded() = "The lesson stays as it was before this save.";

    /// The file of a lesson that is not open was saved.
    other_lesson_saved() = "The lesson's file was saved; `:go` opens it.";

    /// The file of the open lesson was saved. The step follows.
    lesson_reloaded() = "The file was saved: here is the step as it reads now.";

    // Practice (`review.rs`).

    /// When a practised task is due again, if that is the next day.
    due_tomorrow() = "It comes up again tomorrow.";

    /// When a practised task is due again.
    due_in_days(days) = "It comes up again in {days} days.";

    /// At the end of a practice.
    practised(total, known) = "{total} practised, {known} without help.";

    // Comparisons of two programs (`cost_comparison.rs`).

    /// A row of the table.
    commands_row() = "commands";

    /// A row of the table.
    round_trips_row() = "round trips";

    /// A row of the table.
    bytes_sent_row() = "bytes sent";

    /// A row of the table.
    bytes_received_row() = "bytes received";

    /// A row of the table.
    memory_row() = "bytes of memory";

    /// A row of the table, explained by `lost_updates_note`.
    lost_updates_row() = "lost updates";

    /// Below a table with lost updates.
    lost_updates_note(clients) =
        "Lost updates: the number of orders in which a change is lost, when {clients} clients run it at once.";

    // Races (`race_step.rs`).

    /// The programs of a race: one client and its program, which follows.
    client_runs(client) = "{client} runs:";

    /// The programs of a race: several clients with the same program, which follows.
    clients_run(clients) = "{clients} each run:";

    /// The last client of several; the others are joined with commas.
    names_and_last(names, last) = "{names} and {last}";

    /// After the programs of a race.
    race_help() = "Type whose command is next, or `all` for every order.";

    /// The state of a client: the commands that it sends next, with the number to type.
    client_ready(number, client, commands) = "`{number}` {client}: {commands}";

    /// The state of a client: it waits for keys, or for `time_to_pass`.
    client_waits(client, keys) = "{client} waits for {keys}";

    /// What a client waits for that sleeps.
    time_to_pass() = "time to pass";

    /// The state of a client.
    client_done(client) = "{client} is done";

    /// A turn: a command with its reply.
    client_sends_and_gets(client, commands, reply) = "{client} sends {commands} and gets {reply}";

    /// A turn: a command that blocks.
    client_sends_and_waits(client, commands) = "{client} sends {commands} and waits.";

    /// A turn: the reply to a command that blocked.
    client_gets(client, reply) = "{client} gets {reply}";

    /// A turn: the error that ends a program.
    client_ends(client, error) = "{client} ends with {error}";

    /// The answer names a client whose program has ended.
    client_is_done(client) = "{client} is done, and sends no more.";

    /// The answer names a client that waits.
    client_cannot_send(client, keys) = "{client} waits for {keys}: it sends nothing before that.";

    /// The answer names no client; `clients` are `client_number`s.
    nobodys_turn(text, clients) = "{text} is nobody's turn: type {clients}, or `all`.";

    /// The number to type for a client.
    client_number(number, client) = "`{number}` for {client}";

    /// `:undo` in a race.
    turn_undone() = "The last turn is taken back.";

    /// What a probe of the data has shown after an order.
    probe_says(probe, reply) = "{probe} says {reply}";

    /// A probe of the data has failed after an order.
    probe_fails(probe) = "{probe} raises an error";

    /// The end of an order that was played by hand and in which nothing went wrong; `observed` is a `probe_says`.
    order_succeeds(observed) =
        "{observed}, as it should. From the start, in another order? `all` plays every one.";

    /// The end of an order that was played by hand and in which something went wrong.
    order_fails(observed, expected, lost) = "{observed}, not {expected}: {lost}.";

    /// Below an order in which something went wrong.
    example_fails(observed, expected) = "{observed}, not {expected}.";

    /// Above an order in which a submission fails.
    failing_order() = "An order in which it goes wrong:";

    /// Above an order in which the step's race goes wrong, after `orders_fail`.
    one_failing_order() = "Here is one:";

    /// Above the longest order of a race in which nothing went wrong.
    longest_order() = "The longest of them:";

    /// All orders of a race: the only one succeeds.
    only_order_succeeds() = "There is one order, and nothing goes wrong in it.";

    /// All orders of a race: the only one fails; `lost` tells what goes wrong.
    only_order_fails(lost) = "There is one order, and {lost} in it.";

    /// The number of orders, if all were played.
    all_orders_played(orders) = "All {orders} orders played";

    /// The number of orders, if there are too many to be played.
    first_orders_played(orders) = "The first {orders} orders played, and there are more";

    /// All orders of a race succeed; `played` is `all_orders_played` or `first_orders_played`.
    no_order_fails(played, lost) = "{played}: {lost} in none of them.";

    /// Some orders of a race fail.
    orders_fail(played, lost, bad) = "{played}: {lost} in **{bad}** of them.";

    /// Ctrl-C in a race before an order was played.
    race_stopped() = "Stopped";

    /// Ctrl-C in a race.
    race_stopped_after_one() = "Stopped after 1 order";

    /// Ctrl-C in a race.
    race_stopped_after(orders) = "Stopped after {orders} orders";

    /// A race that judges a submission was stopped; `stopped` is one of the three messages above.
    try_not_judged(stopped) = "{stopped}: this try is not judged.";

    /// A race that counts lost updates was stopped.
    updates_not_counted(stopped) = "{stopped}: lost updates are not counted.";

    /// The race of a step was stopped.
    race_can_go_on(stopped) = "{stopped}. Enter starts again, `all` plays every order, `:skip` goes on.";

    /// `:expect` in a race.
    race_expected(probe, reply) =
        "{probe} should say {reply} after each order. The step is done when you find one after which it doesn't, or by \
         `all`.";

    /// `:expect` in a step whose submission is raced; `program` is code, or `this_program`.
    every_order_expected(clients, program, probe, reply) =
        "When {clients} clients run {program} at once, {probe} says {reply} after every order of their commands.";

    /// The submission itself, in `every_order_expected`.
    this_program() = "it";
}
