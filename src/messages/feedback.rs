//! The feedback on learners' submissions and predictions. The texts are Markdown.

messages! {
    // Verdicts.
    near(differences) = "Near. {differences}";
    not_there_yet() = "Not there yet; `:expect` tells what this step wants to see.";
    part_is_done() = "That is part of it; the rest is still to come.";
    data_is_spoiled() = "That is the way; but what went wrong before it is still in the data. `:again` starts the step afresh.";
    hints_are_left() = "`:hint` helps, `:again` starts the step afresh.";
    only_answer_is_left() = "`:answer` shows a way.";

    // Clients.
    client_still_missing(client, command) = "{client} has a part in this, too: {command} goes there.";
    client_still_missing_after_change(client, command) =
        "{client} has a part in this, too: {command} goes there. If this line was its part, `:undo` takes it back.";
    wrong_client(actual, wanted, command) = "{actual} did this, and it is for {wanted} to do: {command} goes there.";
    wrong_client_changed_data(actual, wanted, command) =
        "{actual} did this, and it is for {wanted} to do: `:undo` takes it back, {command} goes there.";
    client_not_waiting(client) = "{client} should be waiting for a reply now.";

    // Errors, output, commands, keys.
    error_wanted(wanted) = "An error was wanted here, one that says {wanted}.";
    another_error_wanted(wanted) = "Another error was wanted here, one that says {wanted}.";
    output_wanted(wanted, actual) = "It should print {wanted}. It printed {actual}.";
    output_wanted_none_printed(wanted) = "It should print {wanted}. It printed nothing.";
    command_wanted(wanted, sent) = "This step is about {wanted}. Sent: {sent}.";
    no_command() = "no command";
    command_unwanted(name) = "This step does without {name}.";
    key_changed(key) = "{key} should stay as it was, and has changed. `:again` puts it back.";
    ended_with_error() = "It ended with an error, so it has not done the step.";
    not_from_redis() = "The value is right, but nothing was asked of Redis for it.";
    from_other_key(actual, wanted) = "The value is right, but comes from {actual}; the step is about {wanted}.";
    from_elsewhere(wanted) = "The value is right, but comes from elsewhere; the step is about {wanted}.";

    // Errors of Redis.
    wrong_type(key, held, command, wanted) = "{key} holds {held}, and {command} works on {wanted}.";
    unknown_command(name, suggestion) = "There is no command {name}. Did you mean {suggestion}?";
    wrong_number_of_arguments(syntax) = "It takes: {syntax}.";

    // Nothing was sent.
    nothing_sent() = "It stopped before anything was sent: Redis has seen nothing of it.";
    nothing_sent_misspelt(suggestion) =
        "It stopped before anything was sent: Redis has seen nothing of it. Did you mean {suggestion}?";
    variable_of_other_client(name, client, command) = "{name} is a variable of {client}: {command} goes there.";
    undefined_word(name, quoted) = "{name} is no variable here. Text stands in quotes: {quoted}.";
    unquoted_word(quoted) = "Text stands in quotes: {quoted}.";
    collection(python_type) =
        "A {python_type} has to become text before it is sent: in quotes as it stands, or by `json.dumps`.";
    unsupported_type(python_type) = "Redis holds text, bytes and numbers: {python_type} is none of them.";

    // Several clients.
    race_called_by_hand(run) =
        "By hand it meets the data as it is now. The clients run {run} on the data with which the step began.";
    race_called_by_hand_after_start(run, start) =
        "By hand it meets the data as it is now. The clients run {run} on the data with which the step began, after {start}.";
    race_not_defined(run) = "Clients are to run {run} at once; it is not defined in this step yet.";
    race_nothing_sent() = "Clients are to run it at once, and it sends nothing yet.";
    race_program_error(clients, client, error) = "{clients} clients at once: {client}'s program ends with {error}.";
    race_lost(clients, bad, orders, consequence) = "{clients} clients at once: in {bad} of {orders} orders {consequence}.";
    race_lost_in_first_orders(clients, bad, orders, consequence) =
        "{clients} clients at once: in {bad} of the first {orders} orders {consequence}.";

    // Replies.
    wanted_nothing_shown(wanted) = "Wanted: {wanted}. Nothing was shown.";
    wanted_and_shown(wanted, actual) = "Wanted: {wanted}. Seen: {actual}.";

    // Values.
    text_for_bytes(wanted) = "Redis answers in bytes, {wanted}; this is text.";
    bytes_for_text() = "These are bytes, and text is wanted: `.decode()` makes it.";
    text_case() = "Capital and small letters differ.";
    text_outer_whitespace() = "The blanks at an end differ.";
    text_quotes() = "The quotes are part of the value here.";
    text_spelling() = "A few letters differ.";
    text_too_long() = "There is more behind it than wanted.";
    text_too_short() = "Its end is missing.";
    also_bytes_for_text() = "And these are bytes: text is wanted.";
    also_text_for_bytes() = "And this is text: bytes are wanted.";
    digits_for_number() = "These are digits, not a number: `int()` makes one of them.";
    number_for_digits() = "This is a number; wanted are the digits that Redis holds.";
    one_too_many() = "One more than wanted.";
    one_too_few() = "One less than wanted.";
    opposite_sign() = "The sign is turned round.";
    none_for_value() = "`None`: what was asked for is not there.";
    value_in_list() = "The value is right, and stands in a list: `[0]` takes it out.";
    kind_unwanted(actual, wanted) = "That is {actual}, and {wanted} is wanted.";
    list_empty() = "Nothing is there: the list is empty.";
    scores_missing() = "Their scores are missing.";
    scores_unwanted() = "The scores came along, and are not wanted.";
    list_in_list() = "The list stands in another list.";
    order_reversed() = "The members are right, and their order is reversed.";
    order_wrong(actual, wanted) = "The members are right, their order is not: {actual} stands where {wanted} is wanted.";
    surplus_at_end(value) = "One too many at the end: {value}.";
    surplus_at_start(value) = "One too many at the start: {value}.";
    last_missing(value) = "The last one is missing: {value}.";
    first_missing(value) = "The first one is missing: {value}.";
    element_wrong(index, actual, wanted) = "At index {index} stands {actual}, and {wanted} is wanted.";
    member_wrong(actual, wanted) = "{actual} stands where {wanted} is wanted.";
    field_wrong(field, actual, wanted) = "{field} is {actual}, and should be {wanted}.";
    field_name_types() = "The names differ: bytes on one side, text on the other.";
    field_misspelt(actual, wanted) = "{actual} is there. Did you mean {wanted}?";
    members_missing(values) = "Missing: {values}.";
    members_surplus(values) = "Too much: {values}.";
    more_values(count) = "{count} more";

    // Kinds of values.
    kind_none() = "`None`";
    kind_bool() = "`True` or `False`";
    kind_number() = "a number";
    kind_text() = "text";
    kind_bytes() = "bytes";
    kind_list() = "a list";
    kind_set() = "a set";
    kind_dict() = "a dict";

    // Types of keys.
    type_string() = "a string";
    type_hash() = "a hash";
    type_sorted_set() = "a sorted set";
    type_other(name) = "a {name}";

    // Data.
    other_type(key, held) = "{key} holds {held} now, another type than this step is about.";
    not_readable(probe, wanted) = "{probe} should say {wanted}, and cannot be asked.";
    condition_unmet(probe) = "This is not so: {probe}.";
    condition_unwanted(probe) = "This should not be so: {probe}.";
    no_key(key) = "There is no key {key}.";
    key_still_there(key) = "The key {key} is still there.";
    not_in_set(member, key) = "{member} is not in {key}.";
    still_in_set(member, key) = "{member} is in {key}, and should not be.";
    no_field(field, key) = "{key} has no field {field}.";
    field_still_there(field, key) = "{key} still has the field {field}.";
    no_member(member, key) = "{key} has no member {member}.";
    no_expiry(key) = "The key {key} never expires.";
    nothing_stored(key) = "There is nothing under {key}.";
    value_still_there(subject, actual) = "{subject} is still there: {actual}.";
    name_misspelt(wanted, written) = "Did you mean {wanted}? {written} was written.";
    value_wrong(subject, wanted, actual) = "{subject} should be {wanted}, and is {actual}.";
    value_differs(subject) = "{subject} differs.";
    bounds_unmet(subject, bounds, actual) = "{subject} should be {bounds}, and is {actual}.";
    bounds_unknown(subject, bounds) = "{subject} should be {bounds}, and cannot be told yet.";

    // Bounds of values.
    less_than(limit) = "less than {limit}";
    at_most(limit) = "at most {limit}";
    more_than(limit) = "more than {limit}";
    at_least(limit) = "at least {limit}";
    both_bounds(lower, upper) = "{lower} and {upper}";

    // What a probe asks about, at the beginning of a sentence.
    subject_field(field, key) = "Field {field} of {key}";
    subject_score(member, key) = "The score of {member} in {key}";
    subject_rank(member, key) = "The rank of {member} in {key}";
    subject_element(index, key) = "Element {index} of {key}";
    subject_time_to_live(key) = "The time that {key} has left";
    subject_number_of_keys() = "The number of keys";
    subject_type(key) = "The type of {key}";
    subject_length(key) = "The length of {key}";

    // What a step expects of the data.
    expects_bounds(subject, bounds) = "{subject} is {bounds}.";
    expects_value(probe, wanted) = "{probe} says {wanted}.";

    // Commands.
    related_command(sent, sent_effect, wanted, wanted_effect) = "{sent} {sent_effect}; {wanted} {wanted_effect}.";
    key_not_first(key) = "The other way round: the key comes first, {key}.";
    word_misspelt(wanted, sent) = "Did you mean {wanted}? {sent} was sent.";
    option_missing(option) = "The option {option} is missing.";
    option_surplus(option) = "The option {option} is one too many.";
    option_value(option, sent) = "{option} was {sent}, and the step wants another value.";
    score_and_member_swapped() = "Score and member stand the other way round.";
    field_and_value_swapped() = "Field and value stand the other way round.";
    key_and_value_swapped() = "Key and value stand the other way round.";
    words_swapped(first, second) = "{first} and {second} stand the other way round.";
    word_surplus(command, word) = "{command} sent {word}, which is one too many.";
    key_missing(key) = "The key {key} is missing.";
    word_missing(word) = "{word} is missing.";
    other_key(sent, wanted) = "This went to the key {sent}; the step is about {wanted}.";
    bound_inclusive(sent, wanted) = "{sent} itself is counted; {wanted} leaves the bound out.";
    bound_exclusive(sent, wanted) = "{sent} leaves {wanted} itself out; without the bracket it is counted.";
    stop_too_high(stop) = "The stop is included: `{stop}` takes one more.";
    stop_too_low(stop) = "The stop is included, and `{stop}` ends one too early.";
    start_too_high(start) = "Places count from 0, and `{start}` begins one too late.";
    number_wrong(command, sent) = "{command} sent the number `{sent}`; the step wants another.";
    number_wanted(command, sent, wanted) = "{command} sent the number `{sent}`; the step wants `{wanted}`.";
    incr_adds_one() = "`INCR` adds 1; the step wants another.";
    incr_adds_one_wanted(wanted) = "`INCR` adds 1; the step wants `{wanted}`.";
    decr_subtracts_one() = "`DECR` takes 1 away; the step wants another.";
    decr_subtracts_one_wanted(wanted) = "`DECR` takes 1 away; the step wants `{wanted}`.";

    // Predictions, after "Nearly: ".
    predicted_nearly(difference) = "Nearly: {difference}";
    predicted_bytes() = "it comes back as bytes, `b'…'`.";
    predicted_bytes_inside() = "what it holds comes back as bytes, `b'…'`.";
    predicted_text() = "it is text, in quotes and without a `b`.";
    predicted_text_inside() = "what it holds is text, in quotes and without a `b`.";
    predicted_bare() = "`print` shows text without quotes.";
    predicted_digits_in_bytes() = "it comes back as digits in bytes, `b'…'`.";
    predicted_digits_in_bytes_inside() = "what it holds comes back as digits in bytes, `b'…'`.";
    predicted_digits_in_text() = "it is text, digits in quotes.";
    predicted_digits_in_text_inside() = "what it holds is text, digits in quotes.";
    predicted_float() = "it is a float, and is printed with a point.";
    predicted_float_inside() = "what it holds is a float, and is printed with a point.";
    predicted_not_bool() = "it is a number, not `True` or `False`.";
    predicted_not_bool_inside() = "what it holds is a number, not `True` or `False`.";
    predicted_not_float() = "it is a whole number, without a point.";
    predicted_not_float_inside() = "what it holds is a whole number, without a point.";
    predicted_not_text() = "it is a number, without quotes.";
    predicted_not_text_inside() = "what it holds is a number, without quotes.";
    predicted_bool() = "it is `True` or `False`, no number.";
    predicted_bool_inside() = "what it holds is `True` or `False`, no number.";
    predicted_set() = "it is a set, `{{…}}`.";
    predicted_list() = "it is a list, `[…]`.";
    predicted_brackets() = "the brackets are others. A tuple stands in `( )`, a list in `[ ]`.";
}
