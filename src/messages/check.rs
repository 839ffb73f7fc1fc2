//! Messages to authors about what `check` found when it ran their lessons. They are plain text, without Markdown.

messages! {
    // Messages about the format of a lesson file.
    single_brackets(name) = "[{name}] can occur several times: write [[{name}]]";
    unknown_key(error, suggestion) = "{error}. Did you mean `{suggestion}`?";
    expected_whole_number() = "expected a whole number";
    expected_list() = "expected a list, in [ and ]";

    // Messages about learners' recorded tries.
    not_a_recorded_try(error) =
        "this line is not a recorded try: {error}. Write {{\"step\": \"LESSON/STEP\", \"right\": true, \"input\": \"…\"}}";
    unknown_step(step) = "there is no step \"{step}\"";
    right_try_refused(step, lines, reason, causes, words) =
        "in {step}, this right answer is refused: {lines}; {reason} {causes}. The tutor's words: {words}";
    wrong_try_passes(step, lines) = "in {step}, this wrong answer passes: {lines}";
    wrong_try_meets_silence(step, lines) =
        "in {step}, the tutor has no word for this wrong answer: {lines}. Add a mistake, or write `\"silent\": true` if the learner only looks or has not finished";

    // Messages about the time limit for a try. `limit` is a duration such as `60 s`.
    try_not_ended(limit) =
        "this was stopped after {limit}, the time limit of a try: does it ever end? `check --time-limit 5m` allows more";
    answers_not_ended(id, limit) =
        "the answers up to step \"{id}\" were stopped after {limit}, the time limit of a try: does this one ever end? `check --time-limit 5m` allows more";

    // Messages about a step before the learner types anything.
    raises(error) = "this raises {error}";
    done_by_nothing(id) = "step \"{id}\" is done without an answer: expect something that only the answer brings about";
    unchanged_key_missing(key) =
        "there is no {key} when the step begins: should `unchanged` make sure that it stays missing?";
    tutor_command_refused(line, refusal) = "{line}: {refusal}";

    // Messages about answers that do not complete their step.
    answer_raises(line, error, hint) =
        "this answer raises an error at {line}: {error}.{hint} Correct it, or expect the error with `error = \"…\"`";
    answer_does_not_pass(reason) = "this answer does not do the step: {reason}";
    answer_does_not_pass_in_redis_cli(lines, reason) =
        "typed in redis-cli, this answer does not do the step: {lines}; {reason}";
    needless_line(line) =
        "the step is done before {line} is typed, so that line is not needed: let `expect` check its effect";
    answer_taken_for_mistake(line, text) =
        "{line} is part of a correct answer, but is taken for a mistake, with the text: {text}";
    mistake_too_wide() = "this `when` matches it: make the conditions more specific";
    any_client_passes() =
        "the step is also done without switching to another client: if the client matters, add `by = [\"…\"]` to `expect`";
    drawn_key_missing(key) = "\"{key}\" does not exist when the step is done: let `draw` name a key that exists";
    nothing_judged() =
        "nothing in it is judged. Tutor commands are never judged: let the last line be Python or redis-cli";
    not_as_expected(line) = "after {line}, this is not as expected";
    not_as_expected_after_mistake(line, number) =
        "after {line}, which was taken for mistake {number}, this is not as expected";
    not_as_expected_when_spoiled(line) = "after {line}, which follows a mistake that has spoiled the data, this is not as expected";

    // Messages about a step's expectations that are not met.
    by_other_client(wanted, actual) = "`by` is {wanted}, but {actual} did this";
    error_not_raised(wanted) = "`error` is {wanted}, but nothing was raised";
    other_error_raised(wanted, actual) = "`error` is {wanted}, but {actual} was raised";
    reply_differs(wanted, actual) = "`reply` is {wanted}, but {actual} was shown";
    output_differs(wanted, actual) = "`output` is {wanted}, but {actual} was printed";
    nothing() = "nothing";
    uses_not_sent(wanted, sent) = "`uses` names {wanted}. Sent: {sent}";
    used_on_other_key(names, wanted, actual) = "`uses` names {names}, which the answer sends for {wanted}. It was sent for {actual}";
    no_key() = "no key";
    not_sent_in_step(wanted, sent) = "`sent` names {wanted}. Sent in this step: {sent}";
    avoids_sent(name) = "`avoids` names {name}, but it was sent";
    unchanged_key_changed(key) = "{key} has changed";
    client_waits_for_nothing(client) = "{client} is not waiting for a reply";
    state_differs(probe, actual, wanted) = "{probe} returns {actual}, but should return {wanted}";
    state_differs_in_value(probe, actual, wanted, expression, value) =
        "{probe} returns {actual}, but should return {wanted}: {expression} is {value}";
    probe_raises(probe, error) = "{probe} raises {error}";
    probe_raises_name_error(probe, error, key) =
        "{probe} raises {error}: the tutor's own client runs it, and has no variables of other clients. Put its imports into `{key}`";
    no_order_run_undefined(run) =
        "no order was played: the submission does not define what {run} calls";
    no_order_nothing_sent() =
        "no order was played: the submission sends no command that changes anything";
    program_ends_with(client, error) = "{client}'s program ends with {error}";
    orders_lose(score, consequence, probe, actual, wanted) =
        "in {score} orders {consequence}: after the first of them {probe} returns {actual}, but should return {wanted}";
    start_raises(key, line, error) = "`{key}` raises an error at {line}: {error}";
    program_raises(client, line, error) = "{client}'s program raises an error at {line}: {error}";

    // Messages about mistakes that pass, or that are not recognised.
    mistake_passes(line) =
        "this mistake passes as an answer with {line}: make `try` a real mistake, or `expect` stricter";
    mistake_passes_at_some_line() =
        "this mistake passes as an answer: make `try` a real mistake, or `expect` stricter";
    mistake_not_recognised(reason) = "this mistake is not recognised. {reason}";
    spoils_nothing() =
        "`spoils` is true, but this changes nothing: remove `spoils`, or let `try` change something";
    mistake_not_judged() = "Nothing in it was judged: no line ran to its end.";
    other_mistake_first(number) = "`when` matches, but so does the `when` of mistake {number}, which comes first.";
    mistake_cannot_be_meant() =
        "`when` matches, but no line can be the mistake: each sends and changes nothing, uses another key than the answer, or does by hand what clients should run.";
    when_does_not_fit(reasons) = "`when` does not match: {reasons}";
    line_raised(line, error) = "{line} raised {error}.";
    when_no_error(wanted) = "`error` is {wanted}, but no error was raised.";
    when_other_error(wanted, actual) = "`error` is {wanted}, but the error was {actual}.";
    when_uses_not_sent(wanted, sent) = "`uses` names {wanted}, but {sent} was sent.";
    when_lacks_sent(name) = "`lacks` names {name}, but it was sent.";
    sent_too_seldom(name, wanted, sent) = "`at_least` wants {name} {wanted} times, but it was sent {sent} times in the step.";
    variable_not_set(name) = "`assigns` names {name}, but the client has not set it in the step.";
    waiting_order(second, first) = "{second} began to wait before {first}, but `waiting` names {first} first.";
    when_word_not_sent(word) = "`has` names {word}, but no command contains it.";
    when_command_not_sent(wanted, sent) = "`sent` names {wanted}, but {sent} was sent.";
    when_order_differs(wanted) = "`order` is {wanted}, but the commands of the step were sent in another order.";
    when_not_typed(wanted) = "`typed` is {wanted}, but the text does not contain it.";
    when_value_not_shown(wanted, actual) = "`value` is {wanted}, but {actual} was shown.";
    when_reply_differs(wanted, actual) = "`reply` is {wanted}, but {actual} was shown.";
    when_output_differs(wanted, actual) = "`output` is {wanted}, but {actual} was printed.";
    when_state_differs(probe, wanted, actual) = "`state` expects {wanted} from {probe}, but it returned {actual}.";
    when_state_raises(probe, wanted, error) = "`state` expects {wanted} from {probe}, but it raised {error}.";
    when_state_not_asked(probe, wanted) = "`state` expects {wanted} from {probe}, but it did not run.";

    // Messages about variations of an answer. `rule` is the name of the rule that made the variation, `lines` is what
    // was typed, and `words` is what the tutor replied.
    rewording_refused(rule, lines, reason, words) =
        "reworded by the rule \"{rule}\", this answer does not do the step: {lines}; {reason}. The tutor said: {words}";
    rewording_taken_for_mistake(rule, lines, line, text) =
        "reworded by the rule \"{rule}\", this answer is taken for a mistake: {lines}; at {line} the text is: {text}";
    mutant_passes(rule, lines) =
        "with a mistake by the rule \"{rule}\", this answer still does the step: {lines}. Let `expect` refuse it, add it to `also` if it is right, or exempt it with [[step.exempt]]";
    mutant_meets_silence(rule, lines) =
        "with a mistake by the rule \"{rule}\", the tutor says nothing to this answer: {lines}. Add a mistake that recognises it, or exempt it with [[step.exempt]]";
    unknown_rule(name, known) = "there is no rule \"{name}\" for variations. There are: {known}";
    exemption_not_needed(rule) = "no variation by the rule \"{rule}\" needs this exemption: remove it";

    // Messages about steps without a task.
    not_left_by_skip(id) = "step \"{id}\" cannot be skipped with :skip";
    show_raises(line, error) =
        "this raises an error at {line}: {error}. Correct it, or state it in [step.expect] with `error = \"…\"`";
    show_raises_nothing(wanted) = "this raises nothing, but `error` is {wanted}";
    prediction_waits() =
        "`predict` waits, and nobody replies: push before it pops, or make it a task";
    prediction_prints_nothing() = "the last line of `predict` prints nothing: there is nothing to predict";
    prediction_varies(first, second) =
        "nobody can predict this: it printed {first} in one run and {second} in another. Avoid time and randomness";
    race_never_ends() = "the race does not end: does one of its programs wait forever?";
    race_loses_otherwise(given, score) =
        "loses is \"{given}\", but the orders give another result: write loses = \"{score}\"";
    race_loses_nothing(given, score) =
        "loses is \"{given}\", but the orders give another result: write loses = \"{score}\" if no order should be bad";
    race_never_holds(probe, wanted, actual) =
        "{probe} returns {wanted} after no order, not even if one client runs after the other. After the first it returns {actual}: is `reply` right?";
    an_error() = "an error";
    side_never_ends() = "its orders do not end: does the program wait forever?";
    side_never_holds(clients, title, wanted, actual) =
        "it does not return {wanted} even if {clients} clients run \"{title}\" one after the other: it returns {actual}";
    too_many_orders(most) = "there are more than {most} orders: remove commands or clients from the race";
}
