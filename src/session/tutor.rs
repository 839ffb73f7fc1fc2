//! Commands to the tutor: what begins with a colon.

use super::Session;
use super::dialect::Dialect;
use super::event::{Effect, Show};
use super::lead::Phase;
use super::lesson_status::lesson_statuses;
use super::race::{every_order_expected, race_expected};
use super::save::{Ended, Kind};
use crate::lesson::differences;
use crate::lesson::format::Expect;
use crate::lesson::judge::code;
use crate::markup::{Role, parse};
use redis_engine::commands;

/// A command to the tutor.
pub struct TutorCommand {
    /// Without its colon.
    pub name: &'static str,
    /// What follows it.
    pub takes: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    run: fn(&mut Session, &str),
}

/// All commands, in the order in which `:help` lists them.
pub static COMMANDS: &[TutorCommand] = &[
    TutorCommand { name: "hint", takes: "", about: "a hint for this step; the next one says more", run: Session::hint },
    TutorCommand { name: "expect", takes: "", about: "what this step wants to see", run: Session::expectation },
    TutorCommand { name: "answer", takes: "", about: "a way to do this step", run: Session::show_answer },
    TutorCommand { name: "skip", takes: "", about: "type the answer for me, and go on", run: |s, _| s.skip() },
    TutorCommand { name: "again", takes: "", about: "start this step afresh", run: |s, _| s.again(0) },
    TutorCommand { name: "back", takes: "", about: "go to the step before", run: |s, _| s.again(1) },
    TutorCommand {
        name: "lessons",
        takes: "",
        about: "all lessons, and how far you are",
        run: |s, _| s.list_lessons(),
    },
    TutorCommand { name: "go", takes: "LESSON[/STEP]", about: "go to a lesson, or to a step of it", run: Session::go },
    TutorCommand {
        name: "client",
        takes: "NAME",
        about: "become another client, with a Python of its own",
        run: Session::client,
    },
    TutorCommand { name: "wait", takes: "5m", about: "let time pass: 30s, 5m, 2h", run: Session::wait },
    TutorCommand { name: "keys", takes: "", about: "all keys, with their types", run: |s, _| s.list_keys() },
    TutorCommand {
        name: "draw",
        takes: "KEY [KEY]",
        about: "what a key holds, as a picture; two sets as they overlap",
        run: Session::draw,
    },
    TutorCommand { name: "more", takes: "", about: "the rest of output that was folded", run: |s, _| s.more() },
    TutorCommand { name: "doc", takes: "COMMAND", about: "what a Redis command does", run: Session::doc },
    TutorCommand { name: "undo", takes: "", about: "take back what was entered last", run: Session::undo },
    TutorCommand {
        name: "fork",
        takes: "[back|keep]",
        about: "mark this place; `back` returns to it, `keep` stays",
        run: Session::fork,
    },
    TutorCommand { name: "wire", takes: "on|off", about: "each command's bytes, out and in", run: Session::wire },
    TutorCommand { name: "timeline", takes: "[N]", about: "who sent what when", run: Session::timeline },
    TutorCommand {
        name: "save",
        takes: "FILE.py",
        about: "what was typed, as a script for real redis-py",
        run: Session::save,
    },
    TutorCommand {
        name: "serve",
        takes: "PORT|off",
        about: "let redis-cli and redis-py in other windows in",
        run: Session::serve,
    },
    TutorCommand {
        name: "cli",
        takes: "",
        about: "take every line as redis-cli's",
        run: |s, _| s.dialect = Dialect::Cli,
    },
    TutorCommand {
        name: "python",
        takes: "[fresh]",
        about: "Python again; `fresh`: without variables",
        run: Session::python,
    },
    TutorCommand {
        name: "sheet",
        takes: "",
        about: "what this lesson teaches, to keep",
        run: |s, _| s.ask_for_sheet(),
    },
    TutorCommand { name: "help", takes: "", about: "this list", run: |s, _| s.help() },
    TutorCommand { name: "quit", takes: "", about: "leave; your place is kept", run: |s, _| s.leave(0) },
];

impl Session {
    /// Runs a line that is a command to the tutor.
    pub(super) fn tutor_command(&mut self, line: &str) {
        let (name, rest) = parts(line);
        match named(name) {
            Some(command) if self.stays_in_fork(command.name) => {}
            Some(command) => (command.run)(self, rest),
            None => self.say(Role::Error, &format!("{} `:help` lists them.", unknown(name))),
        }
    }

    fn help(&mut self) {
        let mut table = String::from("| type | |\n|--|--|\n");
        for command in COMMANDS {
            table.push_str(&format!(
                "| `{}` | {} |\n",
                format!(":{} {}", command.name, command.takes.replace('|', r"\|")).trim_end(),
                command.about
            ));
        }
        self.say(Role::Plain, "Type Python (`r` is a `redis.Redis()`) or redis-cli commands (`GET user:1000:name`). An empty line goes on when a step is done; Ctrl-C stops what runs, Ctrl-D leaves.");
        self.show(Show::Text(parse(&table)));
    }

    fn hint(&mut self, _: &str) {
        let Some(lead) = &mut self.lead else { return self.no_lesson() };
        let hints = &lead.lesson.steps[lead.step].hints;
        let total = hints.len();
        match hints.get(lead.hints) {
            Some(hint) => {
                lead.hints += 1;
                let text = format!("Hint {} of {total}: {}", lead.hints, hint.get_ref());
                self.say(Role::Hint, &text);
            }
            None if total == 0 => self.say(Role::Hint, "This step has no hints. `:answer` shows a way."),
            None => self.say(Role::Hint, "These were all hints. `:answer` shows a way, `:skip` types it for you."),
        }
    }

    pub(super) fn no_lesson(&mut self) {
        self.say(Role::Plain, "No lesson is open. `:lessons` lists them, `:go 1` opens the first.");
    }

    fn expectation(&mut self, _: &str) {
        let Some(lead) = &self.lead else { return self.no_lesson() };
        let mut lines = lead.current().expect.as_ref().map(|expect| expectations(expect.get_ref())).unwrap_or_default();
        lines.extend(lead.current().race.as_ref().map(race_expected));
        if lines.is_empty() {
            self.say(Role::Hint, "This step expects nothing of the data.");
        } else {
            self.say(Role::Hint, &lines.iter().map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n"));
        }
    }

    fn show_answer(&mut self, _: &str) {
        let Some(lead) = &mut self.lead else { return self.no_lesson() };
        lead.answered = true;
        let step = lead.current();
        let correct = step.choose.iter().flat_map(|choose| &choose.options).position(|option| option.correct);
        if let Some(index) = correct {
            self.say(Role::Hint, &format!("Number {}.", index + 1));
        } else if step.race.is_some() {
            self.say(Role::Hint, "`all` plays every order, and that does this step.");
        } else if let Some(answer) = lead.answer().map(str::to_owned) {
            self.say(Role::Hint, "One way:");
            self.show(Show::Text(parse(&format!("```\n{}\n```", answer.trim_end()))));
        }
    }

    /// This step, or an earlier one, from its start.
    fn again(&mut self, steps_back: usize) {
        let Some(lead) = &self.lead else { return self.no_lesson() };
        let step = lead.step.saturating_sub(steps_back);
        self.open_lesson(lead.lesson.clone(), step);
    }

    fn list_lessons(&mut self) {
        self.show(Show::Lessons(lesson_statuses(&self.library, &self.progress)));
        self.say(Role::Muted, "`:go 3` or `:go hashes` opens one.");
    }

    fn go(&mut self, place: &str) {
        let (name, step) = place.split_once('/').map_or((place, None), |(name, step)| (name, Some(step)));
        let Some(lesson) = self.library.find(name).cloned() else {
            let meant = self.library.nearest(name).map(|id| format!(" Did you mean {}?", code(id))).unwrap_or_default();
            return self.say(Role::Error, &format!("There is no lesson {}.{meant} `:lessons` lists them.", code(name)));
        };
        let Some(step) = step else { return self.open_lesson(lesson, 0) };
        let by_number = || step.parse::<usize>().ok().filter(|n| (1..=lesson.steps.len()).contains(n)).map(|n| n - 1);
        match lesson.steps.iter().position(|s| s.id.get_ref() == step).or_else(by_number) {
            Some(index) => self.open_lesson(lesson, index),
            None => {
                let ids: Vec<_> = lesson.steps.iter().map(|step| code(step.id.get_ref())).collect();
                self.say(
                    Role::Error,
                    &format!("{} has no step {}. It has {}.", code(name), code(step), ids.join(", ")),
                );
            }
        }
    }

    fn client(&mut self, name: &str) {
        if !is_client_name(name) {
            let names: Vec<_> = self.clients.iter().skip(super::MAIN).map(|client| code(&client.name)).collect();
            return self.say(
                Role::Plain,
                &format!("Open: {}. `:client NAME` opens another, or goes to one of them.", names.join(", ")),
            );
        }
        self.switch_to(name);
        if !self.clients[self.foreground].is_free() {
            self.say(Role::Muted, &format!("{} is still waiting.", code(name)));
        }
    }

    fn wait(&mut self, time: &str) {
        let Some(us) = duration_us(time) else {
            return self.say(Role::Error, &no_time(time));
        };
        let remark = format!("Here {time} passed: time.sleep({})", us / 1_000_000);
        self.keep_typed(self.foreground, Kind::Remark, remark, Ended::Quietly);
        self.wait = Some(super::Wait {
            until_us: self.clock.now_us().saturating_add(us),
            said: if time.bytes().all(|byte| byte.is_ascii_digit()) { format!("{time} s") } else { time.to_owned() },
        });
    }

    fn list_keys(&mut self) {
        let now_ms = self.engine.keyspace.now_ms();
        let mut table = String::from("| key | type | expires in |\n|--|--|--|\n");
        let mut rows: Vec<String> = Vec::new();
        for database in self.engine.keyspace.databases() {
            for (key, entry) in database.iter() {
                let ttl = entry.expires_ms().map(|at| format!("{} s", (at - now_ms).max(0) / 1000)).unwrap_or_default();
                rows.push(format!(
                    "| `{}` | {} | {ttl} |\n",
                    String::from_utf8_lossy(key).replace('|', "¦"),
                    entry.value.type_name()
                ));
            }
        }
        if rows.is_empty() {
            return self.say(Role::Plain, "There are no keys.");
        }
        rows.sort();
        table.extend(rows);
        self.show(Show::Text(parse(&table)));
    }

    fn doc(&mut self, name: &str) {
        if name.is_empty() {
            return self.say(Role::Plain, "Which command? `:doc INCR` tells what INCR does.");
        }
        let Some(command) = commands::by_name(name) else {
            let nearest = nearest(&name.to_uppercase(), commands::all().map(|command| command.name));
            let meant = nearest.map(|name| format!(" Did you mean {}?", code(name))).unwrap_or_default();
            return self.say(Role::Error, &format!("{} is no Redis command that is known here.{meant}", code(name)));
        };
        self.say(Role::Plain, &format!("**{} {}**", command.name, command.syntax));
        self.say(
            Role::Plain,
            &format!("{} {}, since {}.", command.summary, command.complexity.trim_end_matches('.'), command.since),
        );
        self.show(Show::Text(parse(&format!("```\n{}\n```", command.example))));
    }

    fn python(&mut self, how: &str) {
        self.dialect = Dialect::Both;
        if how == "fresh" {
            let who = self.foreground;
            self.effects.extend(self.clients[who].python.child.map(Effect::Kill));
            self.forget_child(who);
            self.clients[who].python.journal = super::replay_log::ReplayLog::default();
            self.say(Role::Muted, "A fresh Python: no variables, the same data.");
        }
    }

    /// Whether the step that is open is done.
    pub fn is_step_done(&self) -> bool {
        self.lead.as_ref().is_some_and(|lead| matches!(lead.phase, Phase::Done | Phase::Over))
    }
}

/// Why a command to the tutor cannot do anything, whoever types it; none if it can.
pub fn refusal(line: &str) -> Option<String> {
    let (name, rest) = parts(line);
    let Some(command) = named(name) else { return Some(unknown(name)) };
    match command.name {
        "wait" if duration_us(rest).is_none() => Some(no_time(rest)),
        "client" if !is_client_name(rest) => Some(format!("{} is no name of a client: give it one word", code(rest))),
        _ => None,
    }
}

/// A line's command, and what follows it.
fn parts(line: &str) -> (&str, &str) {
    let line = line.trim_start_matches(':').trim();
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (if name == "exit" { "quit" } else { name }, rest.trim())
}

fn named(name: &str) -> Option<&'static TutorCommand> {
    COMMANDS.iter().find(|command| command.name == name)
}

fn unknown(name: &str) -> String {
    let nearest = nearest(name, COMMANDS.iter().map(|command| command.name));
    let meant = nearest.map(|name| format!(" Did you mean `:{name}`?")).unwrap_or_default();
    format!("{} is no command of the tutor's.{meant}", code(&format!(":{name}")))
}

fn no_time(text: &str) -> String {
    format!("{} is no time. Type `:wait 30s`, `:wait 5m`, `:wait 2h`.", code(text))
}

fn is_client_name(name: &str) -> bool {
    !name.is_empty() && name != "tutor" && !name.contains(char::is_whitespace)
}

/// What a step expects, each as a sentence of Markdown.
fn expectations(expect: &Expect) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(expect.reply.iter().map(|reply| format!("The reply is {}.", code(reply))));
    lines.extend(expect.output.iter().map(|output| format!("It prints {}.", code(output.trim_end()))));
    lines.extend(expect.error.iter().map(|error| format!("An error comes up that says {}.", code(error))));
    lines.extend(expect.state.iter().map(differences::expected));
    lines.extend(expect.uses.iter().map(|name| format!("It sends {}.", code(name.get_ref()))));
    lines.extend(expect.avoids.iter().map(|name| format!("It does without {}.", code(name.get_ref()))));
    lines.extend(expect.unchanged.iter().map(|key| format!("{} stays as it is.", code(key.get_ref()))));
    lines.extend(expect.every_order.iter().map(every_order_expected));
    lines.extend(who_acts(&expect.by));
    lines.extend(expect.waiting.iter().map(|name| format!("{} waits for a reply.", code(name.get_ref()))));
    lines
}

/// Who has to act, as a sentence.
fn who_acts(by: &[String]) -> Option<String> {
    let names: Vec<_> = by.iter().map(|name| code(name)).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("{one} does it.")),
        several => Some(format!("{} each do a part.", several.join(" and "))),
    }
}

/// The name most like `name`, if one is like it at all.
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, nearest) = names.map(|known| (strsim::damerau_levenshtein(known, name), known)).min()?;
    (distance <= name.len() / 3 + 1).then_some(nearest)
}

/// `30s`, `5m`, `2h`, `1d`, `500ms`, or a number of seconds, in microseconds.
fn duration_us(text: &str) -> Option<i64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let us_per_unit: i64 = match unit.trim() {
        "ms" => 1_000,
        "" | "s" => 1_000_000,
        "m" | "min" => 60_000_000,
        "h" => 3_600_000_000,
        "d" => 86_400_000_000,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(us_per_unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        for (text, us) in [
            ("5m", Some(300_000_000)),
            ("7", Some(7_000_000)),
            ("250ms", Some(250_000)),
            ("m", None),
            ("5 years", None),
        ] {
            assert_eq!(duration_us(text), us, "{text}");
        }
    }
}
