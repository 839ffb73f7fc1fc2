//! Messages of the terminal front end (`shell`).

messages! {
    /// Shown once if one of the sandbox restrictions on Python is missing. `doctor` shows the details.
    no_sandbox() =
        "This system puts no full sandbox around Python, so open only lessons of people whom you trust. \
         `redis-tutor doctor` says what is missing.";

    /// Shown once, before the first lesson. `leaving_keeps_place` or `leaving_keeps_nothing` follows as the last list
    /// item.
    first_start() = "\
Welcome. This is a Redis to try things on, and a tutor beside it.

- Type Python at `>>>`: `r` is a `redis.Redis()`. Lines of redis-cli work as well.
- `:hint` helps, `:answer` shows a solution, `:skip` types it for you.
- A lesson follows. You can't break anything, and any way that works counts.
- Know Redis? `:lessons` lists all, `redis-tutor fast-track` skips what you know.";

    /// The last list item of `first_start`, if progress is saved to a file.
    leaving_keeps_place() =
        "- No lesson? Ctrl-D leaves, your place is kept; `redis-tutor play` is a prompt.";

    /// The last list item of `first_start`, if progress is not saved.
    leaving_keeps_nothing() =
        "- No lesson? Ctrl-D leaves, progress is not saved; `redis-tutor play` is a prompt.";

    /// Shown before the first prompt of `play`.
    play_welcome() =
        "`r` is a `redis.Redis()`. Type Python or redis-cli commands; `:help` shows more, Ctrl-D leaves.";

    /// Shown when a lesson resumes at a step after its first.
    lesson_resumed(title, step) = "Resuming **{title}** at step {step}. `:lessons` lists all lessons.";

    /// Shown at the end of a session of `review` or `fast-track` whose progress is saved.
    practice_saved() = "What you have done is saved.";

    /// Shown at the end of a session that leaves a lesson unfinished.
    place_kept(title, step) = "Your place is kept: {title}, step {step}.";

    /// Shown at the end of `play` if the database was not empty.
    play_data_gone() = "The data is gone: `play` does not save it.";

    /// Shown when an empty line is entered while a bracket is open. `line` is the text up to the bracket.
    bracket_open(line, closing) = "{line} is still open: `{closing}` closes it, Ctrl-C drops the line.";

    /// Shown after a program has been running for a while, if the output must never be redrawn.
    still_running() = "Still running. Ctrl-C stops it.";

    /// Shown while a program has been running for a while. `dot` separates the two halves of the message.
    running_for(seconds, dot) = " running for {seconds} s {dot} Ctrl-C stops it";

    /// Shown after a program that ran for a long time has ended.
    took(seconds) = "That took {seconds} s.";

    /// The last entry of a list of completions that was truncated.
    more_completions(count) = "and {count} more";

    /// Shown beside a keyword argument in a list of completions.
    default_value(value) = "default {value}";

    /// Shown at the start if the terminal does not support the line editor. The message is Markdown.
    no_line_editor() =
        "This terminal cannot redraw a line, so the arrow keys, completion and suggestions do not work. \
         If it can, set `TERM` to its kind, such as `xterm`.";

    /// Shown if the environment variable for the editor is empty.
    editor_unnamed() = "EDITOR is empty: set it to the name of an editor.";

    /// Shown if the external editor exited with an error status.
    editor_failed(editor) = "`{editor}` ended with an error: your input stays as it was.";

    /// Shown if the external editor could not be run.
    editor_not_started(editor, error) = "`{editor}` could not be started ({error}): set EDITOR to the name of your editor.";

    /// Shown if the temporary file for the external editor cannot be written. The message is Markdown.
    no_scratch_file(folder, error) =
        "A file for the editor could not be written in {folder}: {error}. Set TMPDIR to a folder that you can write.";

    /// Shown if the file from the external editor cannot be read.
    edited_text_not_read(error) = "The edited text could not be read: {error}. Your input stays as it was.";

    /// Shown in the lesson menu if the typed text matches no lesson.
    menu_no_match() = " No lesson matches. Backspace deletes a letter.";

    /// Shown below the lesson menu.
    menu_help(dot) = " Arrows or typing choose {dot} Enter opens {dot} Ctrl-D leaves";

    /// Shown below the lesson menu in a narrow terminal.
    menu_help_narrow(dot) = " Arrows, typing {dot} Enter {dot} Ctrl-D leaves";

    /// Shown below the lesson menu while the lessons are filtered.
    menu_filter(typed) = " Looking for: {typed}";

    /// The prompt of the numbered list of lessons. `next` is the lesson that Enter opens.
    menu_prompt(next) = "Number or name of a lesson; Enter opens {next}, Ctrl-D leaves: ";

    /// Shown in the numbered list of lessons if the typed text matches no lesson.
    menu_no_match_for(typed) = "No lesson matches \"{typed}\".";

    /// Shown before the first step of a lesson.
    lesson_begins(number, count, about, steps, minutes) =
        "Lesson {number} of {count}: {about} {steps} steps, about {minutes} minutes.";

    /// Shown at the end of a lesson.
    lesson_done(number, count, steps) = "Lesson {number} of {count} is done: {steps} steps.";

    /// Shown at the end of a lesson whose last step was skipped.
    lesson_skipped(number, count, done, steps) =
        "Lesson {number} of {count} is skipped: {done} of its {steps} steps are done.";

    /// Shown beside the bar of finished lessons.
    lessons_done(done, count) = "{done} of {count} lessons done";

    /// The beginning of a panic report. `place` is `panic_place`, or empty if the source location is unknown.
    panic_happened(version, place, reason) = "redis-tutor {version} failed{place}: {reason}";

    /// The `place` of `panic_happened`, if the source location is known.
    panic_place(location) = " at {location}";

    /// The `reason` of `panic_happened`, if the panic has no message.
    panic_without_reason() = "no reason was given";

    /// Shown after `panic_happened` if progress is saved to a file.
    panic_progress_safe(path) = "This is a mistake in redis-tutor, not yours. Your progress is safe, in {path}.";

    /// Shown after `panic_happened` if progress is saved to a file, but the latest progress could not be saved.
    panic_progress_not_saved(path) =
        "This is a mistake in redis-tutor, not yours. Your latest progress could not be saved to {path}.";

    /// Shown after `panic_happened` if no progress is saved.
    panic_not_yours() = "This is a mistake in redis-tutor, not yours.";

    /// The last line of a panic report, in a build that names the project's repository.
    panic_report_at(repository) = "Please report it with these lines, and with what you typed: {repository}";

    /// The last line of a panic report, in a build that names no repository.
    panic_report_to_source() = "Please report it where you got redis-tutor, with these lines and with what you typed.";

    /// Shown while a client is blocked, if the terminal is wide enough. `clients` says what each client waits for.
    /// `left` is `seconds_left`, or empty.
    wait_long(clients, left, dot) =
        "{clients}{left} {dot} Enter goes on as a second client {dot} Ctrl-C stops waiting";

    /// Shown in place of `wait_long` in a narrower terminal.
    wait_medium(clients, left, dot) = "{clients}{left} {dot} Enter: another client {dot} Ctrl-C: stop";

    /// Shown in place of `wait_medium` in an even narrower terminal. The clients' names are left out.
    wait_short(left) = "{left}: Enter goes on, Ctrl-C stops";

    /// Shown in place of `wait_short` in the narrowest terminals.
    wait_shortest(left) = "{left}: Enter, Ctrl-C";

    /// Shown in place of the names of the blocked clients, if there is no room for them.
    waiting() = "waiting";

    /// The remaining time of a wait, after the names of the clients.
    seconds_left(seconds) = ", {seconds} s left";

    /// The remaining time of a wait after the names of the clients, in a narrower terminal.
    seconds_left_short(seconds) = ", {seconds} s";

    /// The remaining time of a wait, if the names of the clients are left out.
    seconds(seconds) = "{seconds} s";
}
