//! Messages of the command line (`cli`). Errors begin in lower case, because `redis-tutor: ` precedes them.

messages! {
    /// Shown for an error that ends the program, and for a notice of `serve`.
    error(message) = "redis-tutor: {message}";

    /// Shown if a file cannot be read. `name` is its path, or `standard input`.
    cannot_read(name, error) = "{name} cannot be read: {error}";

    /// Shown if a file cannot be written.
    cannot_write(path, error) = "{path} cannot be written: {error}";

    /// Shown by `run --svg` if the picture's path is that of a file that exists and is not a picture. The file may be
    /// the script.
    not_a_picture(path) =
        "{path} is not a picture, and stays as it is. The name of the picture comes after --svg: \
         redis-tutor run --svg picture.svg script.py";

    /// The name of standard output in messages.
    standard_output() = "standard output";

    /// The name of standard input in messages.
    standard_input() = "standard input";

    /// Shown if a script contains bytes that are not UTF-8.
    not_utf8(name, line, column, byte) =
        "{name}, line {line}, byte {column}: {byte} is not UTF-8. Save the file as UTF-8. Nothing has run so far.";

    /// The title of a picture that shows a script's transcript.
    picture_title(name) = "redis-tutor runs {name}";

    /// Shown by `man` if there is no such subcommand.
    no_such_command(name, commands) = "there is no command '{name}'. The commands are: {commands}.";

    /// Shown if there is no lesson with this name or number. `suggestion` is `did_you_mean`, or empty.
    no_such_lesson(name, suggestion) = "there is no lesson '{name}'.{suggestion} `redis-tutor lessons` lists them.";

    /// Shown within `no_such_lesson` if a lesson has a similar name.
    did_you_mean(name) = " Did you mean '{name}'?";

    /// Shown if a lesson does not have this step.
    no_such_step(lesson, step, steps) = "lesson '{lesson}' has no step '{step}'. It has: {steps}.";

    /// Shown if `--watch` is given without the path of a lesson file.
    watch_needs_a_file() = "--watch needs the file of a lesson: redis-tutor learn my-lesson.toml --watch";

    /// Shown if the value of `--time-limit` is not a time limit.
    not_a_time_limit() = "write a time limit as 30s, 10m or none";

    /// Shown if the value of `--memory-limit` is not a size.
    not_a_size() = "write a size as 256mb or 2gb";

    /// Shown by `serve` when clients can connect.
    listening(address) = "redis-tutor: listening on {address}. Ctrl-C ends it.";

    /// Shown by `serve` if other machines can reach the address and there is no password.
    serve_needs_password(address) =
        "{address} can be reached from other machines, so it needs a password: give the file that contains it with \
         --password-file, or set REDIS_TUTOR_PASSWORD. Or listen on 127.0.0.1 (the default)";

    /// Shown by `serve --password-file` if the file does not contain exactly one line. `name` is the path of the file,
    /// or `standard input`.
    not_a_password_file(name) = "{name} contains no password: it must contain a single line of UTF-8, the password";

    /// Shown by `serve` if the password in the environment is not UTF-8.
    password_not_utf8() = "REDIS_TUTOR_PASSWORD is not UTF-8: set it to a password of letters and digits";

    /// Shown by `check` if another of the given lessons has the same id.
    id_taken(id, other) =
        "the id \"{id}\" is already used by {other}: progress refers to ids, so give each lesson its own";

    /// Shown by `check` if a built-in lesson has the same id.
    id_of_built_in(id, other) =
        "{other} is built in and has the id \"{id}\" as well: with `--lessons` this file replaces it. \
         Give it an id of its own unless that is intended";

    /// A line of advice, rather than an error, in the output of `check`.
    advice(diagnostic) = "{diagnostic} (advice)";

    /// The last line in the output of `check`.
    check_summary(lessons, tries, faults) = "{lessons}, {tries}, {faults}";

    /// The line in the output of `check` about variations of answers. It comes before the last line.
    variations_summary(rewordings, mutants, dropped, exempt, skipped) =
        "{rewordings}, {mutants} ({dropped} without an effect), {exempt}, {skipped}";

    /// Shown by `check` at a terminal while it runs. `file` is the lesson file that is being checked.
    check_progress(file, done, steps, tries) = "{done} of {steps} steps, {tries}: {file}";

    /// A line in the list of lessons, for a lesson that replaces a built-in lesson.
    replaces_built_in(id, path) = "{id} is {path}, in place of the lesson built in.";

    /// Shown by `new` if its argument is not suitable as the name of a lesson file. `path` is a suggestion.
    not_a_lesson_file(path) =
        "a lesson file ends in .toml and has a name before it: redis-tutor new {path}";

    /// Shown by `new` if the file exists already.
    file_exists(path) = "{path} already exists and stays as it is: give another name";

    /// Shown by `new` after it has written the lesson.
    new_lesson(path) = "\
{path} is a lesson with three steps. Replace them with your own.
  redis-tutor check {path}          checks it
  redis-tutor learn {path} --watch  opens it, and again at each save
  redis-tutor transcript {path}     shows it as learners will see it";

    /// Shown by `transcript` if the lesson's own answers do not finish the lesson.
    answers_do_not_finish(path) =
        "the answers did not reach the end of the lesson: redis-tutor check {path} shows where";

    /// Shown by `review` before tasks that are not due yet, if the next one is due within a day.
    nothing_due_today() = "Nothing is due today; the next task comes up within a day. Here is some practice anyway.";

    /// Shown by `review` before tasks that are not due yet, if the next one is due in more than a day.
    nothing_due_for_days(days) =
        "Nothing is due today; the next task comes up in {days} days. Here is some practice anyway.";

    /// Shown by `fast-track` if all lessons are already finished.
    no_lesson_is_open() = "All lessons are done. `redis-tutor review` repeats their tasks when they are due.";

    /// Shown by `review` if no step has been done.
    nothing_to_practise() =
        "There is nothing to practise yet: tasks come from the steps that you have done. \
         `redis-tutor` opens the first lesson.";

    /// Shown by `sheet` if the lesson whose cheat sheet was requested is not finished.
    lesson_not_finished(id) =
        "'{id}' is not finished yet, and its sheet comes at its end: redis-tutor learn {id}";

    /// Shown by `sheet` if no lesson is finished.
    no_lesson_finished() = "no lesson is finished yet, and a sheet comes at the end of each: redis-tutor learn";

    /// Shown as the first line of `doctor`.
    version_and_platform(version, system, architecture) = "redis-tutor {version} on {system}, {architecture}";

    /// Shown by `doctor` if standard input or output is not a terminal.
    no_terminal() = "Terminal: standard input or output is not a terminal";

    /// Shown by `doctor` if the terminal reports its size.
    terminal_size(columns, rows) = "Terminal: {columns} columns, {rows} rows";

    /// Shown by `doctor` if the terminal does not report its size.
    terminal_size_unknown() = "Terminal: does not report its size";

    /// Shown by `doctor`. `kind` is one of the messages from `no_colours` to `true_shades`.
    colours(kind) = "Colours: {kind}";

    /// Shown by `doctor`. `kind` is one of the messages from `no_colours` to `true_shades`, and `variables` are the
    /// environment variables that influenced the choice.
    colours_chosen_by(kind, variables) = "Colours: {kind} ({variables})";

    /// Shown within `colours` if output is not coloured.
    no_colours() = "none";

    /// Shown within `colours` if only the terminal's sixteen colours are used.
    sixteen_colours() = "the sixteen of the terminal";

    /// Shown within `colours` if the terminal has 256 colours.
    indexed_shades(background) = "shades out of 256 for {background}";

    /// Shown within `colours` if the terminal supports 24-bit colours.
    true_shades(background) = "all shades for {background}";

    /// Shown within `indexed_shades` and `true_shades` if the terminal's background is dark.
    dark_background() = "a dark background";

    /// Shown within `indexed_shades` and `true_shades` if the terminal's background is light.
    light_background() = "a light background";

    /// Shown by `doctor` if the locale is UTF-8.
    utf8_chosen_by(variable, locale) = "Characters: UTF-8 ({variable}={locale})";

    /// Shown by `doctor` on Windows, whose console accepts UTF-8 in any locale.
    utf8_always() = "Characters: UTF-8";

    /// Shown by `doctor` if the locale is not UTF-8.
    not_utf8_locale(variable, locale) =
        "Characters: not UTF-8 ({variable}={locale}). If lines or accents look wrong, use --ascii.";

    /// Shown by `doctor` if no locale is set.
    no_locale() = "Characters: no locale is set. If lines or accents look wrong, use --ascii.";

    /// Shown by `doctor` if the user has no home folder.
    no_state_folder() = "State folder: none, because there is no home folder. Progress is not saved.";

    /// Shown by `doctor` if progress can be saved.
    state_folder_writable(folder) = "State folder: {folder}, can be written";

    /// Shown by `doctor` if no session has created the folder yet.
    state_folder_missing(folder) = "State folder: {folder}, which the first session creates";

    /// Shown by `doctor` if progress cannot be saved.
    state_folder_not_writable(folder, error) =
        "State folder: {folder} CANNOT be written: {error}. Progress is not saved; --progress FILE names another place.";

    /// Shown by `doctor` if `serve` can use its default port.
    port_free(port) = "Port {port}: free for `serve`";

    /// Shown by `doctor` if `serve` cannot use its default port.
    port_not_free(port, error) = "Port {port}: {error}";

    /// Shown by `doctor` for the time that the embedded Python takes to start.
    python_answers(milliseconds) = "Python: answers after {milliseconds} ms";

    /// Shown by `doctor` above the list of sandbox restrictions on Python, which messages call walls.
    sandbox_heading() = "The sandbox around Python:";

    /// Shown by `doctor` for a sandbox restriction that is in place.
    wall_stands(wall) = "  yes  {wall}";

    /// Shown by `doctor` for a sandbox restriction that is missing.
    wall_missing(wall) = "  NO   {wall}";

    /// Shown as the last line of `doctor` if all sandbox restrictions are in place.
    sandbox_complete() = "All walls stand: code in a lesson reaches nothing on this computer.";

    /// Shown as the last line of `doctor` if a sandbox restriction is missing.
    sandbox_incomplete() =
        "Python itself still offers no files, no network and no programs, but a mistake in the interpreter could let \
         code out. Open only lessons of people whom you trust.";
}
