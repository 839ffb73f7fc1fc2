//! Messages to authors about mistakes in a lesson file that are found before any of its code runs. They are plain text,
//! without Markdown.

messages! {
    // Messages about lessons and steps.
    unknown_format(format, known) = "format {format} is not supported: write format = {known}";
    no_steps() = "a lesson needs at least one step: add [[step]]";
    no_task_for_fast_track(id) = "fast_track is \"{id}\": write the id of a step that has a task";
    same_step_id(id) = "two steps have the id \"{id}\": progress refers to it, so give each its own";
    bad_lesson_id(id) = "the lesson's id is \"{id}\": write lower-case letters, digits and hyphens, beginning with a letter";
    bad_step_id(id) = "a step's id is \"{id}\": write lower-case letters, digits and hyphens, beginning with a letter";
    no_kind(id, kinds) = "step \"{id}\" has no kind: give it exactly one of {kinds}";
    several_kinds(id, given, kinds) = "step \"{id}\" has {given}: give it exactly one of {kinds}";
    no_answer(id) = "step \"{id}\" has no answer: add answer = \"…\" with the lines that do the step";
    no_expectation(id) =
        "step \"{id}\" expects nothing, so anything would pass: add [step.expect] with state, reply or output";
    key_of_tasks(id, key) = "step \"{id}\" has {key}, which only task and explore use: remove it";
    tutor_command_in_predict() =
        "`predict` runs before the learner answers, so it cannot contain tutor commands";
    bad_options(id, options, correct) =
        "step \"{id}\" has {options} options, {correct} of them correct: give at least two, and one with correct = true";
    mistake_always_fits() =
        "this mistake matches everything: add error, uses, lacks, reply, output or state to its conditions";
    too_many_hints(most) = "a step has at most {most} hints: remove the weakest";
    refused_command(line) =
        "\"{line}\" cannot be part of a lesson: its code may contain Python, redis-cli, `:client` and `:wait`";
    bad_role(role) = "the role \"{role}\" must consist of lower-case letters, digits and hyphens, as in cart or top-ten";
    role_in_answer(placeholder) = "the answer contains {placeholder}: write its own key there, because learners see it as it is";
    unused_role(role, placeholder) = "the role \"{role}\" is not used: write {placeholder} for its key in `state`";
    hint_gives_answer_away() = "this hint gives the answer away: only the last one may";
    unknown_command(name) =
        "\"{name}\" is not a Redis command: write its name, as in HINCRBY or OBJECT ENCODING.";
    misspelt_command(name, suggestion) =
        "\"{name}\" is not a Redis command: write its name, as in HINCRBY or OBJECT ENCODING. Did you mean {suggestion}?";

    // Messages about the prose of a lesson.
    empty_say(id) = "step \"{id}\" has an empty `say`: explain what the learner has to know";
    mark_not_closed(mark, line) = "{mark} is opened but not closed: {line}";
    /// Shown for a character in the file that a terminal would interpret, or that would be invisible. `character` is
    /// its escape in Python's notation.
    hidden_character(character) =
        "the file contains the character {character}, which a terminal obeys or hides: remove it. In Python, an escape in a string stands for it, '{character}'";
    /// Shown for a hidden character that a string in the file contains as a TOML escape.
    hidden_character_in_text(character) =
        "an escape of TOML in this text stands for the character {character}, which a terminal obeys or hides: remove it. For Python to read the escape itself, put the text between single quotes";

    // Messages about steps that compare two programs.
    nothing_grows(of) = "`of` says that `n` counts \"{of}\", but nothing grows: add grow = [10, 100, 1000]";
    bad_sizes(sizes, least, most) =
        "grow is {sizes}: give at least two sizes, smallest first, from {least} to {most}";
    no_of() = "the learner can't know what grows: add of = \"fields\" to say what `n` counts";
    n_not_used() = "neither `setup` nor a `run` uses `n`, so nothing grows: use it, or remove `grow`";
    clients_without_holds() =
        "clients = … lets several clients run each side, but no side says what the data should hold then: add holds = {{ run = \"…\", reply = \"…\" }}";
    one_side_holds() = "only one side has `holds`: a table of lost updates needs both";
    holds_and_grow() = "`holds` counts lost updates for a single size of data: remove it, or remove `grow`";

    // Messages about races.
    bad_number_of_racers(count) =
        "a race has two or three clients, and this one has {count}: give each a [[step.race.client]]";
    bad_racer_name(name) =
        "a client of a race is called \"{name}\": write lower-case letters, digits and hyphens, beginning with a letter. Give each client its own name, but not all, again or tutor";
    first_racer_runs_nothing() =
        "the first client of the race runs nothing: add run = \"…\". Clients after it run the same by default";
    bad_loses(loses) =
        "loses is \"{loses}\": write the bad orders and all orders as in \"4 of 6\". `check` shows the numbers";
    bad_number_of_clients(count) = "clients = {count}: two or three clients can race";
    tutor_command_in_race(line) = "\"{line}\" is a tutor command, which cannot be part of a race";

    // Advice about lessons that are valid but could be better.
    no_hints(id) = "step \"{id}\" has no hints, so a learner who is stuck has only the answer. Add hints = [\"…\"]";
    asks_for_memory(id) =
        "step \"{id}\" calls MEMORY USAGE, so its table will include the bytes of that call. `compare` measures the memory of a program by itself: let each `run` create its data";
    say_too_long(id, lines, most) = "`say` of step \"{id}\" has {lines} lines: write {most} at most";
    line_too_wide(id, width, line, most) =
        "step \"{id}\" has a line of {width} columns that cannot be broken: {line}. Make it at most {most} columns wide";
}
