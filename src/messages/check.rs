//! The messages to authors about what `check` found when it ran their lessons. The texts are plain.

messages! {
    // The form of a lesson's file.
    single_brackets(name) = "[{name}] is one of several: write [[{name}]]";
    unknown_key(error, suggestion) = "{error}. Did you mean `{suggestion}`?";
    expected_whole_number() = "expected a whole number";
    expected_list() = "expected a list, in [ and ]";

    // Before the learner types.
    raises(error) = "this raises {error}";
    done_by_nothing(id) = "step \"{id}\" is done by doing nothing: expect something that only the answer brings about";
    unchanged_key_missing(key) =
        "there is no {key} when the step begins: is it `unchanged` that it stays away?";
    tutor_command_refused(line, refusal) = "{line}: {refusal}";

    // Answers.
    answer_raises(line, error, hint) =
        "this answer raises at {line}: {error}.{hint} Mend it, or expect the error by `error = \"…\"`";
    answer_does_not_pass(reason) = "this answer does not do the step: {reason}";
    answer_does_not_pass_in_redis_cli(lines, reason) =
        "typed in redis-cli, this answer does not do the step: {lines}; {reason}";
    needless_line(line) =
        "the step is done before {line} is typed, so nobody need type it: let `expect` ask for what it brings about";
    answer_taken_for_mistake(line, text) =
        "{line} is on the way to what does the step, and is told, as a mistake: {text}";
    mistake_too_wide() = "this `when` fits it: say more exactly when the mistake is made";
    any_client_passes() =
        "the step is done without going to another client, too: if it matters who acts, say so by `by = [\"…\"]` in `expect`";
    drawn_key_missing(key) = "\"{key}\" is not there when the step is done: let `draw` name a key that is";
    nothing_judged() =
        "nothing of it is judged. A command to the tutor never is: let a line of Python or redis-cli come last";
    not_as_expected(line) = "after {line}, this is not so";
    not_as_expected_after_mistake(line, number) =
        "after {line}, which got the text of mistake {number}, this is not so";
    not_as_expected_when_spoiled(line) = "after {line}, behind a mistake that has spoilt the data, this is not so";

    // Expectations that are not met.
    by_other_client(wanted, actual) = "`by` is {wanted}, and {actual} did this";
    error_not_raised(wanted) = "`error` is {wanted}, and nothing was raised";
    other_error_raised(wanted, actual) = "`error` is {wanted}, and what was raised is {actual}";
    reply_differs(wanted, actual) = "`reply` is {wanted}, and {actual} was shown";
    output_differs(wanted, actual) = "`output` is {wanted}, and {actual} was printed";
    nothing() = "nothing";
    uses_not_sent(wanted, sent) = "`uses` names {wanted}. Sent: {sent}";
    avoids_sent(name) = "`avoids` names {name}, and it was sent";
    unchanged_key_changed(key) = "{key} has changed";
    client_waits_for_nothing(client) = "{client} waits for nothing";
    state_differs(probe, actual, wanted) = "{probe} says {actual}, and should say {wanted}";
    state_differs_in_value(probe, actual, wanted, expression, value) =
        "{probe} says {actual}, and should say {wanted}: {expression} is {value}";
    probe_raises(probe, error) = "{probe} raises {error}";
    probe_raises_name_error(probe, error, key) =
        "{probe} raises {error}: the tutor's own client asks it, which has no variable of anybody else's. What it imports belongs into `{key}`";
    no_order_run_undefined(run) =
        "no order was played: what was submitted doesn't define what {run} calls";
    no_order_nothing_sent() =
        "no order was played: what was submitted sends no command that changes anything";
    program_ends_with(client, error) = "{client}'s program ends with {error}";
    orders_lose(score, consequence, probe, actual, wanted) =
        "in {score} orders {consequence}: after the first of them {probe} says {actual}, and should say {wanted}";
    start_raises(key, line, error) = "`{key}` raises at {line}: {error}";
    program_raises(client, line, error) = "{client}'s program raises at {line}: {error}";

    // Mistakes.
    mistake_passes(line) =
        "this mistake passes as an answer by {line}: make `try` a real mistake, or `expect` stricter";
    mistake_passes_at_some_line() =
        "this mistake passes as an answer: make `try` a real mistake, or `expect` stricter";
    mistake_not_recognised(reason) = "this mistake does not get its text. {reason}";
    spoils_nothing() =
        "`spoils` is true, and this changes nothing: take `spoils` out, or let `try` change something";
    mistake_not_judged() = "Nothing of it was judged: no line of it ran to its end.";
    other_mistake_first(number) = "`when` fits, and so does that of mistake {number}, which comes first.";
    mistake_cannot_be_meant() =
        "`when` fits, and no line of it can be what it is about: it sends and changes nothing, goes to another key than the answer, or does by hand what clients are to run.";
    when_does_not_fit(reasons) = "`when` does not fit: {reasons}";
    line_raised(line, error) = "{line} raised {error}.";
    when_no_error(wanted) = "`error` is {wanted}, and no error came up.";
    when_other_error(wanted, actual) = "`error` is {wanted}, and the error was {actual}.";
    when_uses_not_sent(wanted, sent) = "`uses` names {wanted}, and {sent} was sent.";
    when_lacks_sent(name) = "`lacks` names {name}, and it was sent.";
    when_reply_differs(wanted, actual) = "`reply` is {wanted}, and {actual} was shown.";
    when_output_differs(wanted, actual) = "`output` is {wanted}, and {actual} was printed.";
    when_state_differs(probe, wanted, actual) = "`state` asks {probe} for {wanted}, and it says {actual}.";
    when_state_raises(probe, wanted, error) = "`state` asks {probe} for {wanted}, and it raises {error}.";
    when_state_not_asked(probe, wanted) = "`state` asks {probe} for {wanted}, and it was not asked.";

    // Steps without a task.
    not_left_by_skip(id) = "step \"{id}\" cannot be left by :skip";
    show_raises(line, error) =
        "this raises at {line}: {error}. Mend it, or say so in [step.expect] by `error = \"…\"`";
    show_raises_nothing(wanted) = "this raises nothing, and `error` is {wanted}";
    prediction_waits() =
        "`predict` waits, and nobody answers it: push before it pops, or let it be a task";
    prediction_prints_nothing() = "the last line of `predict` prints nothing: there is nothing to predict";
    prediction_varies(first, second) =
        "nobody can predict this: it printed {first} in one run and {second} in another. Leave time and chance out of it";
    race_never_ends() = "the race does not come to its end: does a program of it wait for ever?";
    race_loses_otherwise(given, score) =
        "loses is \"{given}\", and the orders say otherwise: write loses = \"{score}\"";
    race_loses_nothing(given, score) =
        "loses is \"{given}\", and the orders say otherwise: write loses = \"{score}\", if no order is to go wrong";
    race_never_holds(probe, wanted, actual) =
        "{probe} says {wanted} after no order, not even when one client runs after the other; after the first it says {actual}: is `reply` right?";
    an_error() = "an error";
    side_never_ends() = "its orders do not come to their end: does the program wait for ever?";
    side_never_holds(clients, title, wanted, actual) =
        "not even when {clients} clients run \"{title}\" one after the other does it say {wanted}: it says {actual}";
    too_many_orders(most) = "there are more than {most} orders: leave commands or clients out of the race";
}
