//! What a step expects and is not so: once for judging, and in words for the lesson's author. What a learner is told of
//! it is in `differences`.

use toml::Spanned;

use super::comparison::Comparison;
use super::differences::{self, listed};
use super::evidence::{Failure, Submission, canonical};
use super::format::{Diagnostic, EveryOrder, Expect, Probe, When};
use super::judge::{Findings, Judged, asked, code, holds, says};
use super::raced::RaceResult;

/// One thing that is expected, and is not so.
#[derive(Debug, Clone, Copy)]
pub enum Unmet<'a> {
    /// Another client should have acted.
    By,
    Error(&'a str),
    Reply(&'a str),
    Output(&'a str),
    Uses(&'a Spanned<String>),
    Avoids(&'a Spanned<String>),
    State(&'a Probe),
    Unchanged(&'a Spanned<String>),
    EveryOrder(&'a EveryOrder),
    Waiting(&'a Spanned<String>),
}

/// All that is expected and not so after a submission.
pub fn of<'a>(expect: &'a Expect, submission: &Submission, findings: &Findings) -> Vec<Unmet<'a>> {
    // What failed was not used, unless its failure is the lesson.
    let performed = if expect.error.is_some() { submission.command_names() } else { submission.performed() };
    let names = submission.command_names();
    let is_used = |name: &Spanned<String>| performed.contains(&canonical(name.get_ref()));
    let is_sent = |name: &Spanned<String>| names.contains(&canonical(name.get_ref()));
    let is_raised = |wanted: &str| submission.error.as_ref().is_some_and(|error| error.told().contains(wanted));
    let is_lost = |raced: &RaceResult| raced.bad > 0 || raced.error.is_some();
    let error = expect.error.as_deref().filter(|wanted| !is_raised(wanted)).map(Unmet::Error);
    let reply = expect.reply.as_deref().filter(|wanted| !submission.shows(wanted)).map(Unmet::Reply);
    let output = expect.output.as_deref().filter(|wanted| !submission.prints(wanted)).map(Unmet::Output);
    let uses = expect.uses.iter().filter(|name| !is_used(name)).map(Unmet::Uses);
    let avoids = expect.avoids.iter().filter(|name| is_sent(name)).map(Unmet::Avoids);
    let state = expect.state.iter().filter(|probe| !holds(probe, findings)).map(Unmet::State);
    let unchanged = expect.unchanged.iter().filter(|key| findings.changed_keys.contains(key.get_ref()));
    let every = expect.every_order.iter().filter(|_| findings.raced.as_ref().is_none_or(is_lost));
    let waiting = expect.waiting.iter().filter(|name| !findings.waiting.contains(name.get_ref()));
    let by = differences::of_actor(expect, submission, findings).map(|_| Unmet::By);
    by.into_iter()
        .chain(error)
        .chain(reply)
        .chain(output)
        .chain(uses)
        .chain(avoids)
        .chain(state)
        .chain(unchanged.map(Unmet::Unchanged))
        .chain(every.map(Unmet::EveryOrder))
        .chain(waiting.map(Unmet::Waiting))
        .collect()
}

/// What a step expects and is not so, for its author: each with its place, what it asks for, and what was there.
pub fn told(expect: &Spanned<Expect>, judged: &Judged) -> Vec<Diagnostic> {
    let Judged { submission, findings, .. } = judged;
    let at = expect.span().start;
    let unmet = of(expect.get_ref(), submission, findings);
    let told = |unmet: Unmet<'_>| unmet.told(at, expect.get_ref(), submission, findings);
    unmet.into_iter().flat_map(told).collect()
}

impl Unmet<'_> {
    /// `at` is the place of what has none of its own.
    fn told(self, at: usize, expect: &Expect, submission: &Submission, findings: &Findings) -> Vec<Diagnostic> {
        let sent = || listed(&submission.command_names());
        let (at, message) = match self {
            Unmet::By => {
                let by: Vec<String> = expect.by.iter().map(|name| code(name)).collect();
                (at, format!("`by` is {}, and {} did this", by.join(", "), code(&submission.client)))
            }
            Unmet::Error(wanted) => {
                let seen = submission
                    .error
                    .as_ref()
                    .map_or("nothing was raised".into(), |error| format!("what was raised is {}", code(&error.told())));
                (at, format!("`error` is {}, and {seen}", code(wanted)))
            }
            Unmet::Reply(wanted) => (at, format!("`reply` is {}, and {} was shown", code(wanted), shown(submission))),
            Unmet::Output(wanted) => {
                (at, format!("`output` is {}, and {} was printed", code(wanted.trim_end()), printed(submission)))
            }
            Unmet::Uses(name) => {
                (name.span().start, format!("`uses` names {}. Sent: {}", code(name.get_ref()), sent()))
            }
            Unmet::Avoids(name) => {
                (name.span().start, format!("`avoids` names {}, and it was sent", code(name.get_ref())))
            }
            Unmet::State(probe) => (probe.run.span().start, of_probe(probe, submission, findings)),
            Unmet::Unchanged(key) => (key.span().start, format!("{} has changed", code(key.get_ref()))),
            Unmet::EveryOrder(every) => return of_orders(every, findings.raced.as_ref()),
            Unmet::Waiting(name) => (name.span().start, format!("{} waits for nothing", code(name.get_ref()))),
        };
        vec![Diagnostic::new(Some(at), message)]
    }
}

/// What a mistake asks for and is not so, each as a sentence for its author.
pub fn of_mistake(when: &When, submission: &Submission, findings: &Findings) -> Vec<String> {
    let mut unmet = Vec::new();
    let error = submission.error.as_ref().map(|error| {
        // A call without one of its arguments says so itself: its class alone tells nothing.
        let is_call = error.class == "TypeError" && error.message.contains("required positional argument");
        if is_call { error.message.clone() } else { error.told() }
    });
    if let Some(wanted) = &when.error
        && !error.as_ref().is_some_and(|error| error.contains(wanted.as_str()))
    {
        let seen = error.map_or("no error came up".into(), |error| format!("the error was {}", code(&error)));
        unmet.push(format!("`error` is {}, and {seen}.", code(wanted)));
    }
    let names = submission.command_names();
    for name in when.uses.iter().filter(|name| !names.contains(&canonical(name))) {
        unmet.push(format!("`uses` names {}, and {} was sent.", code(name), listed(&names)));
    }
    for name in when.lacks.iter().filter(|name| names.contains(&canonical(name))) {
        unmet.push(format!("`lacks` names {}, and it was sent.", code(name)));
    }
    if let Some(reply) = when.reply.as_ref().filter(|reply| !submission.shows(reply)) {
        unmet.push(format!("`reply` is {}, and {} was shown.", code(reply), shown(submission)));
    }
    if let Some(output) = when.output.as_ref().filter(|output| !submission.prints(output)) {
        unmet.push(format!("`output` is {}, and {} was printed.", code(output), printed(submission)));
    }
    for probe in when.state.iter().filter(|probe| !holds(probe, findings)) {
        let seen = match asked(probe.run.get_ref(), findings) {
            Some(Ok(shown)) => format!("says {}", code(&shown.repr())),
            Some(Err(error)) => format!("raises {}", code(&error.told())),
            None => "was not asked".into(),
        };
        unmet.push(format!("`state` asks {} for {}, and it {seen}.", code(probe.run.get_ref()), code(&probe.reply)));
    }
    unmet
}

/// What a submission has shown, for an author.
fn shown(submission: &Submission) -> String {
    submission.value.as_ref().map_or("nothing".into(), |shown| code(&shown.repr()))
}

/// What it has printed.
fn printed(submission: &Submission) -> String {
    let printed = submission.output.trim_end();
    if printed.is_empty() { "nothing".into() } else { code(printed) }
}

fn of_probe(probe: &Probe, submission: &Submission, findings: &Findings) -> String {
    let (seen, meant) = match asked(probe.run.get_ref(), findings) {
        Some(Ok(shown)) => (code(&shown.repr()), differences::meant(probe, shown, submission).unwrap_or_default()),
        Some(Err(error)) => return cannot_be_asked(probe, error, "setup"),
        None => ("nothing".into(), String::new()),
    };
    let value = Comparison::of(probe).and_then(|compared| Some((compared.asked, says(compared.asked, findings)?)));
    let value = value.map(|(asked, shown)| format!(": {} is {}", code(asked), code(&shown.repr()))).unwrap_or_default();
    format!("{} says {seen}, and should say {}{value}{meant}", code(probe.run.get_ref()), code(&probe.reply))
}

/// A question that raises. `begins` is the key of what the tutor's client runs before it.
fn cannot_be_asked(probe: &Probe, error: &Failure, begins: &str) -> String {
    let needs = if error.class == "NameError" {
        format!(
            ": the tutor's own client asks it, which has no variable of anybody else's. What it imports belongs into `{begins}`"
        )
    } else {
        String::new()
    };
    format!("{} raises {}{needs}", code(probe.run.get_ref()), code(&error.told()))
}

fn of_orders(every: &EveryOrder, raced: Option<&RaceResult>) -> Vec<Diagnostic> {
    let at = every.holds.run.span().start;
    let Some(raced) = raced else {
        let (at, message) = match &every.run {
            Some(run) => {
                let run = (run.span().start, code(run.get_ref()));
                (run.0, format!("no order was played: what was submitted doesn't define what {} calls", run.1))
            }
            None => (at, "no order was played: what was submitted sends no command that changes anything".into()),
        };
        return vec![Diagnostic::new(Some(at), message)];
    };
    let begins = ("start", every.start.as_ref());
    let broken = broken(raced, begins, &every.holds, |_| every.run.as_ref());
    if !broken.is_empty() {
        return broken;
    }
    if let Some(ended) = raced.error.as_ref().filter(|_| raced.bad == 0) {
        let message = format!("{}'s program ends with {}", ended.who, code(&ended.error.told()));
        return vec![Diagnostic::new(Some(at), message)];
    }
    let seen = raced.example.as_ref().and_then(|order| order.seen.as_deref()).unwrap_or_default();
    let (asked, reply) = (code(every.holds.run.get_ref()), code(&every.holds.reply));
    let message = format!(
        "in {} orders {}: after the first of them {asked} says {}, and should say {reply}",
        raced.score(),
        every.lost,
        code(seen)
    );
    vec![Diagnostic::new(Some(at), message)]
}

/// A statement by its first line.
pub fn first_line(source: &str) -> String {
    match source.trim_end().split_once('\n') {
        Some((first, _)) => format!("{first} …"),
        None => source.trim_end().to_owned(),
    }
}

/// The line at which an error came up, where Python tells it of a text that is none of its own; else the first.
pub fn line_of(source: &str, error: &Failure) -> String {
    let number = error.message.strip_suffix(')').and_then(|message| message.rsplit_once("(<stdin>, line "));
    let number = number.and_then(|(_, number)| number.parse::<usize>().ok()?.checked_sub(1));
    number.and_then(|number| source.lines().nth(number)).map_or_else(|| first_line(source), str::to_owned)
}

/// What of a race doesn't run at all, whatever the order: its start, its question, its programs. `begins` is what is run
/// before all orders, with its key; `program` is the place of a client's program, by its name.
pub fn broken<'a>(
    raced: &RaceResult,
    (key, start): (&str, Option<&Spanned<String>>),
    holds: &Probe,
    program: impl Fn(&str) -> Option<&'a Spanned<String>>,
) -> Vec<Diagnostic> {
    let asked_at = holds.run.span().start;
    let start = raced.start_error.as_ref().map(|ended| {
        let at = start.map_or(asked_at, |start| start.span().start);
        Diagnostic::new(
            Some(at),
            format!("`{key}` raises at {:?}: {}", line_of(&ended.line, &ended.error), ended.error.told()),
        )
    });
    let holds_error = raced.holds_error.as_ref();
    let holds = holds_error.map(|error| Diagnostic::new(Some(asked_at), cannot_be_asked(holds, error, key)));
    let ended = raced.error.as_ref().filter(|ended| ended.is_broken()).map(|ended| {
        let at = program(&ended.who).map_or(asked_at, |run| run.span().start);
        let (who, line) = (&ended.who, line_of(&ended.line, &ended.error));
        Diagnostic::new(Some(at), format!("{who}'s program raises at {line:?}: {}", ended.error.told()))
    });
    // What comes of a broken start or question is told by that alone.
    let broken: Vec<Diagnostic> = start.into_iter().chain(holds).collect();
    if broken.is_empty() { ended.into_iter().collect() } else { broken }
}
