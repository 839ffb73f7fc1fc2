//! Feedback on learners' submissions and predictions, in Markdown.

messages! {
    // Verdicts on a submission.
    near(differences) = "Almost. {differences}";
    not_there_yet() = "Not there yet. `:expect` shows what this step expects.";
    part_is_done() = "That's part of it. The rest is still to do.";
    part_is_done_in_spoiled_data() =
        "That's part of it, but an earlier mistake is still in the data. `:again` starts the step again.";
    done_by_real_client() = "A real client did what this step asks for.";
    data_is_spoiled() = "That's right, but an earlier mistake is still in the data. `:again` starts the step again.";
    hints_are_left() = "`:hint` gives a hint, `:again` starts the step again.";
    only_answer_is_left() = "`:answer` shows a solution.";

    // Feedback on which clients acted, or should act.
    client_still_missing(client, command) = "{client} has a part in this, too. {command} switches to it.";
    client_still_missing_after_change(client, command) =
        "{client} has a part in this, too. {command} switches to it. If {client} should have sent this line, `:undo` takes it back.";
    client_still_missing_in_right_data(client, command) =
        "The rest is right, but {client} should do a part of it. `:again` starts the step again, and {command} switches to that client.";
    wrong_client(actual, wanted, command) = "{actual} did this, but {wanted} should do it. {command} switches to it.";
    wrong_client_changed_data(actual, wanted, command) =
        "{actual} did this, but {wanted} should do it. `:again` starts the step again, and {command} switches to the other client.";
    client_not_waiting(client) = "{client} should be waiting for a reply now.";

    // Feedback on errors, output, commands and keys.
    error_wanted(wanted) = "This should raise an error that contains {wanted}.";
    another_error_wanted(wanted) = "This should raise another error, one that contains {wanted}.";
    output_wanted(wanted, actual) = "It should print {wanted}. It printed {actual}.";
    output_wanted_none_printed(wanted) = "It should print {wanted}. It printed nothing.";
    command_wanted(wanted, sent) = "This step is about {wanted}. You sent {sent}.";
    or() = " or ";
    sent_too_seldom(name, wanted, sent) = "{name} should be sent at least {wanted} times in this step. So far it was sent {sent} times.";
    sent_too_seldom_for_key(name, key, wanted, sent) =
        "{name} should be sent for {key} at least {wanted} times in this step. So far it was sent for this key {sent} times.";
    sent_by_other(lines, wanted, actual) =
        "{lines} should come from the client {wanted}, and here {actual} sent it. `:again` starts the step again.";
    lines_of_client(client, lines) = "as {client}: {lines}";
    not_sent_yet(wanted) = "This step is about {wanted}, which was not sent yet.";
    variable_not_set(name) = "The task asks for a variable {name}, which was not set in this step.";
    waiting_order(second, first) = "{second} began to wait before {first}. It should be the other way round: `:again` starts the step again.";
    no_command() = "no command";
    command_unwanted(name) = "This step should be done without {name}.";
    key_changed(key) = "{key} should not change, but it has changed. `:again` restores it.";
    ended_with_error() = "It ended with an error, so the step is not done.";
    not_from_redis() = "The value is right, but you didn't ask Redis for it.";
    from_other_key(actual, wanted) = "The value is right, but it comes from {actual}, and the step is about {wanted}.";
    from_elsewhere(wanted) = "The value is right, but it comes from elsewhere, and the step is about {wanted}.";

    // Feedback on an error that Redis returned.
    wrong_type(key, held, command, wanted) = "{key} holds {held}, but {command} works on {wanted}.";
    unknown_command(name, suggestion) = "There is no command {name}. Did you mean {suggestion}?";
    not_a_number(command, word) = "{command} expects a number where you gave {word}.";
    wrong_number_of_arguments(syntax) = "The syntax is {syntax}.";

    // Feedback on an error that was raised before any command was sent.
    nothing_sent() = "It failed before anything was sent to Redis.";
    nothing_sent_misspelt(suggestion) =
        "It failed before anything was sent to Redis. Did you mean {suggestion}?";
    no_such_argument(method, name, help) = "{method} has no argument {name}. {help} lists its arguments.";
    argument_missing(method, help) = "{method} needs one more argument. {help} lists its arguments.";
    arguments_missing(method, help) = "{method} needs more arguments. {help} lists them.";
    no_such_method(name) = "The client has no method {name}. Its methods are named after Redis's commands.";
    undefined_name(name) = "{name} is not defined here.";
    undefined_name_misspelt(name, suggestion) = "{name} is not defined here. Did you mean {suggestion}?";
    variable_of_other_client(name, client, command) = "{name} is a variable of {client}. {command} switches to that client.";
    method_without_client(call) = "Commands are methods of the client: {call}.";
    undefined_word(name, quoted) = "{name} is not a variable here. Text needs quotes: {quoted}.";
    unquoted_word(quoted) = "Text needs quotes: {quoted}.";
    key_is_no_variable(quoted) =
        "A key is not a Python variable. A command stores the value, and takes the key in quotes: {quoted}.";
    option_without_name(value, named) =
        "{value} is the value of an option, and comes after the option's name: {named}.";
    collection(python_type) =
        "A {python_type} has to be converted to text before it is sent: write it in quotes, or use `json.dumps`.";
    unsupported_type(python_type) = "Redis stores text, bytes and numbers, but not {python_type}.";

    // Feedback on a submission that several clients run concurrently.
    race_called_by_hand(run) =
        "When you call it, it works with the current data. The clients run {run} with the data from the start of the step.";
    race_called_by_hand_after_start(run, start) =
        "When you call it, it works with the current data. The clients run {run} with the data from the start of the step, after {start}.";
    race_not_defined(run) = "Several clients will run {run} at once, but it is not defined in this step yet.";
    race_nothing_sent() = "Several clients will run it at once, but it sends nothing yet.";
    race_program_error(clients, client, error) = "{clients} clients at once: {client}'s program ends with {error}.";
    race_lost(clients, bad, orders, consequence) = "{clients} clients at once: in {bad} of {orders} orders {consequence}.";
    race_lost_in_first_orders(clients, bad, orders, consequence) =
        "{clients} clients at once: in {bad} of the first {orders} orders {consequence}.";

    // Feedback on a reply that differs from the expected reply.
    wanted_nothing_shown(wanted) = "Expected: {wanted}. Nothing was shown.";
    wanted_and_shown(wanted, actual) = "Expected: {wanted}. Shown: {actual}.";

    right_but_not_shown() =
        "Redis replied with the right value, but it isn't shown yet. If it is in a variable, type the variable's name.";
    right_but_not_shown_and_spent() =
        "Redis replied with the right value, but it isn't shown yet. If it is in a variable, type the variable's name. Otherwise, `:undo` takes this line back, and you can try again.";

    // Feedback on a submission that changed nothing, although that was probably intended.
    pipeline_not_executed() =
        "A pipeline keeps its commands until `.execute()` sends them. This one was not executed, so nothing was sent.";
    loop_sent_nothing() = "The loop has run no command, so nothing was sent.";
    range_wants_lower_first(command, first, second) =
        "{command} takes the lower bound first, so from {first} up to {second} there is nothing.";
    range_wants_upper_first(command, first, second) =
        "{command} takes the upper bound first, so from {first} down to {second} there is nothing.";
    other_elements(count) = "Almost. There are {count} elements, as there should be, but not the right ones.";
    generator_shown() =
        "This is a generator, and it has not computed anything yet. `list(…)` around it shows its values, or square brackets instead of the round ones.";
    type_of_python() = "`type(…)` is Python's own function, and says what a Python value is. `r.type(…)` asks Redis about a key.";
    no_such_key(key, command) = "There is no key {key}, so {command} found nothing.";
    nothing_found(command, words, key) = "{command} found nothing: {key} doesn't contain {words}.";
    nothing_changed(command) = "{command} changed nothing.";
    nothing_changed_because(command, reason) = "{command} changed nothing: {reason}.";
    unchanged_because_key_exists() = "the key exists already";
    unchanged_because_field_exists() = "the field exists already";
    unchanged_because_no_key() = "it needs a key that exists";
    unchanged_because_nothing_in_range() = "nothing was in the range";
    unchanged_because_no_expiry() = "the key has no time to live";
    unchanged_because_members_there() = "the members are in the set already";
    only_defined(name, call) = "{name} is defined, and runs when it is called: {call}.";
    nothing_returned(call) = "{call} returned nothing to show. A function returns a value with `return`.";

    // Feedback on the difference between two values.
    text_for_bytes(wanted) = "Redis returns bytes, {wanted}, and this is text.";
    bytes_for_text() = "These are bytes, but text is expected: `.decode()` converts them.";
    text_case() = "Upper and lower case differ.";
    text_outer_whitespace() = "The blanks at the beginning or the end differ.";
    text_quotes() = "Here the quotes are part of the value.";
    text_spelling() = "A few letters differ.";
    text_too_long() = "There is something extra at the end.";
    text_too_short() = "The end is missing.";
    also_bytes_for_text() = "Besides, these are bytes, but text is expected.";
    also_text_for_bytes() = "Besides, this is text, but bytes are expected.";
    digits_for_number() = "These are digits, not a number: `int()` converts them.";
    number_for_digits() = "This is a number, but the digits that Redis stores are expected.";
    one_too_many() = "That's one too many.";
    one_too_few() = "That's one too few.";
    opposite_sign() = "The sign is wrong.";
    none_for_value() = "`None` means that there is no such value.";
    value_in_list() = "The value is right, but it is in a list: `[0]` takes it out.";
    kind_unwanted(actual, wanted) = "This is {actual}, but {wanted} is expected.";
    list_empty() = "The list is empty.";
    scores_missing() = "The scores are missing.";
    scores_unwanted() = "The scores are not expected here.";
    list_in_list() = "The list is inside another list.";
    order_reversed() = "The members are right, but in reverse order.";
    order_wrong(actual, wanted) = "The members are right, but not their order: {actual} is in the place of {wanted}.";
    surplus_at_end(value) = "There is one too many at the end: {value}.";
    surplus_at_start(value) = "There is one too many at the start: {value}.";
    last_missing(value) = "The last one is missing: {value}.";
    first_missing(value) = "The first one is missing: {value}.";
    element_wrong(index, actual, wanted) = "At index {index} there is {actual} instead of {wanted}.";
    member_wrong(actual, wanted) = "There is {actual} instead of {wanted}.";
    field_wrong(field, actual, wanted) = "{field} is {actual}, but should be {wanted}.";
    field_name_types() = "The field names differ: one side has bytes, the other has text.";
    field_misspelt(actual, wanted) = "There is a field {actual}. Did you mean {wanted}?";
    members_missing(values) = "Missing: {values}.";
    members_surplus(values) = "Not expected: {values}.";
    more_values(count) = "{count} more";

    values_in_one_text(text) =
        "{text} is a single text. Each value is an argument of its own, with quotes of its own: `'a', 'b'`.";
    texts_joined(text) =
        "{text} is a single text. Is a comma missing? Python joins two texts that have no comma between them.";

    // Names for the kinds of values, with their articles.
    kind_none() = "`None`";
    kind_bool() = "`True` or `False`";
    kind_number() = "a number";
    kind_text() = "text";
    kind_bytes() = "bytes";
    kind_list() = "a list";
    kind_tuple() = "a tuple";
    kind_set() = "a set";
    kind_dict() = "a dict";

    // Names for the types of keys, with their articles.
    type_string() = "a string";
    type_hash() = "a hash";
    type_sorted_set() = "a sorted set";
    type_other(name) = "a {name}";

    // Feedback on the data.
    other_type(key, held) = "{key} now holds {held}, which is not the type that this step is about.";
    other_type_wanted(key, held, wanted) =
        "{key} now holds {held}, but this step needs {wanted}. `:again` starts the step again.";
    not_readable(probe, wanted) = "{probe} should return {wanted}, but it raises an error.";
    condition_unmet(probe) = "This should be true: {probe}.";
    condition_unwanted(probe) = "This should not be true: {probe}.";
    no_key(key) = "There is no key {key}.";
    key_still_there(key) = "The key {key} still exists.";
    not_in_set(member, key) = "{member} is not in {key}.";
    still_in_set(member, key) = "{member} is in {key}, but should not be.";
    no_field(field, key) = "{key} has no field {field}.";
    field_still_there(field, key) = "{key} still has the field {field}.";
    no_member(member, key) = "{key} has no member {member}.";
    no_expiry(key) = "The key {key} never expires.";
    nothing_stored(key) = "There is nothing at {key}.";
    value_still_there(subject, actual) = "{subject} still exists: {actual}.";
    name_misspelt(wanted, written) = "Did you mean {wanted}? You wrote {written}.";
    value_wrong(subject, wanted, actual) = "{subject} should be {wanted}, but is {actual}.";
    value_differs(subject) = "{subject} differs.";
    bounds_unmet(subject, bounds, actual) = "{subject} should be {bounds}, but is {actual}.";
    bounds_unknown(subject, bounds) = "{subject} should be {bounds}, but cannot be read yet.";

    // Clauses about the bounds within which a value must lie.
    less_than(limit) = "less than {limit}";
    at_most(limit) = "at most {limit}";
    more_than(limit) = "more than {limit}";
    at_least(limit) = "at least {limit}";
    both_bounds(lower, upper) = "{lower} and {upper}";

    // Names for the values that a step's probes return. A probe is a command or an expression that reads the data. A
    // sentence can begin with such a name.
    subject_field(field, key) = "Field {field} of {key}";
    subject_score(member, key) = "The score of {member} in {key}";
    subject_rank(member, key) = "The rank of {member} in {key}";
    subject_element(index, key) = "Element {index} of {key}";
    subject_time_to_live(key) = "The remaining lifetime of {key}";
    subject_number_of_keys() = "The number of keys";
    subject_type(key) = "The type of {key}";
    subject_length(key) = "The length of {key}";

    // Descriptions of the data that a step expects.
    expects_bounds(subject, bounds) = "{subject} is {bounds}.";
    expects_value(probe, wanted) = "{probe} returns {wanted}.";

    // Feedback on a command that differs from the command in the step's own answer.
    related_command(sent, sent_effect, wanted, wanted_effect) = "{sent} {sent_effect}; {wanted} {wanted_effect}.";
    key_not_first(key) = "The arguments are in the wrong order: the key comes first, {key}.";
    word_misspelt(wanted, sent) = "Did you mean {wanted}? You sent {sent}.";
    option_missing(option) = "The option {option} is missing.";
    option_surplus(option) = "The option {option} is not needed.";
    option_value(option, sent) = "{option} was {sent}, but the step needs another value.";
    score_and_member_swapped() = "Score and member are swapped.";
    field_and_value_swapped() = "Field and value are swapped.";
    key_and_value_swapped() = "Key and value are swapped.";
    words_swapped(command, first, second) = "{command} got {first} and {second} in the wrong order.";
    word_surplus(command, word) = "{command} sent {word}, which is one argument too many.";
    key_missing(key) = "The key {key} is missing.";
    word_missing(word) = "{word} is missing.";
    other_key(sent, wanted) = "This used the key {sent}, but the step is about {wanted}.";
    bound_inclusive(sent, wanted) = "{sent} includes the value itself, {wanted} excludes it.";
    bound_exclusive(sent, wanted) = "{sent} excludes {wanted} itself. Without the bracket it is included.";
    stop_too_high(stop) = "The stop is included, so `{stop}` goes one too far.";
    stop_too_low(stop) = "The stop is included, but `{stop}` ends one too early.";
    start_too_high(start) = "Positions count from 0, so `{start}` begins one too late.";
    number_wrong(command, sent) = "{command} sent the number `{sent}`, but the step needs another one.";
    number_wanted(command, sent, wanted) = "{command} sent the number `{sent}`, but the step needs `{wanted}`.";
    incr_adds_one() = "`INCR` adds 1, but the step needs another number.";
    incr_adds_one_wanted(wanted) = "`INCR` adds 1, but the step needs `{wanted}`.";
    decr_subtracts_one() = "`DECR` subtracts 1, but the step needs another number.";
    decr_subtracts_one_wanted(wanted) = "`DECR` subtracts 1, but the step needs `{wanted}`.";

    // Feedback on a prediction of the wrong type. The argument of `predicted_nearly` is one of the clauses below.
    predicted_nearly(difference) = "Almost: {difference}";
    predicted_bytes() = "it is returned as bytes, `b'…'`.";
    predicted_bytes_inside() = "its contents are returned as bytes, `b'…'`.";
    predicted_text() = "it is text, in quotes and without a `b`.";
    predicted_text_inside() = "its contents are text, in quotes and without a `b`.";
    predicted_bare() = "`print` shows text without quotes.";
    predicted_digits_in_bytes() = "it is returned as digits in bytes, `b'…'`.";
    predicted_digits_in_bytes_inside() = "its contents are returned as digits in bytes, `b'…'`.";
    predicted_digits_in_text() = "it is text, digits in quotes.";
    predicted_digits_in_text_inside() = "its contents are text, digits in quotes.";
    predicted_float() = "it is a float, and is printed with a decimal point.";
    predicted_float_inside() = "its contents include a float, which is printed with a decimal point.";
    predicted_not_bool() = "it is a number, not `True` or `False`.";
    predicted_not_bool_inside() = "its contents include a number, not `True` or `False`.";
    predicted_not_float() = "it is a whole number, without a decimal point.";
    predicted_not_float_inside() = "its contents include a whole number, without a decimal point.";
    predicted_not_text() = "it is a number, without quotes.";
    predicted_not_text_inside() = "its contents include a number, without quotes.";
    predicted_bool() = "it is `True` or `False`, not a number.";
    predicted_bool_inside() = "its contents include `True` or `False`, not a number.";
    predicted_set() = "it is a set, `{{…}}`.";
    predicted_list() = "it is a list, `[…]`.";
    predicted_brackets() = "the brackets are different. A tuple has `( )`, a list has `[ ]`.";
}
