//! A lesson's cheat sheet in Markdown: each of its commands with an example and a reply, and the summary.

use super::evidence::{DisplayedValue, Submission};
use super::format::Lesson;
use super::rehearsal::Rehearsal;
use super::sent_command::command_names;
use redis_engine::commands;

/// Maximum number of output lines that an example shows.
const MOST_LINES: usize = 8;

/// Returns the cheat sheet of a lesson, in Markdown. The examples come from the rehearsal.
pub fn markdown(lesson: &Lesson, rehearsal: &Rehearsal) -> String {
    format!("# {}\n\n{}", lesson.title, body(lesson, rehearsal))
}

/// Returns the cheat sheet without its title.
pub fn body(lesson: &Lesson, rehearsal: &Rehearsal) -> String {
    let mut sheet = String::new();
    for (name, submission) in examples(rehearsal) {
        let Some(command) = commands::by_name(&name) else { continue };
        sheet.push_str(&format!("**{name}**: {}\n\n```\n{}\n```\n\n", command.summary, example(submission)));
    }
    sheet.push_str(&format!("**To remember**\n\n{}\n", lesson.remember.get_ref().trim()));
    sheet
}

/// Returns the commands in the order of their first appearance, each with its best example.
fn examples(rehearsal: &Rehearsal) -> Vec<(String, &Submission)> {
    let mut found: Vec<(String, &Submission)> = Vec::new();
    let submissions = rehearsal.steps.iter().flatten();
    for submission in submissions.filter(|submission| submission.error.is_none() && submission.output.len() < 400) {
        for name in command_names(&submission.commands) {
            match found.iter_mut().find(|(known, _)| *known == name) {
                Some((_, best)) if rank(submission) < rank(best) => *best = submission,
                Some(_) => {}
                None => found.push((name, submission)),
            }
        }
    }
    found
}

/// Returns the rank of an example. The lowest rank is the best. Examples with output come first, then those with fewer
/// commands, then those with shorter source text.
fn rank(submission: &Submission) -> (bool, usize, usize) {
    (submission.output.is_empty(), submission.commands.len(), submission.source.len())
}

fn example(submission: &Submission) -> String {
    let is_cli = matches!(submission.value, Some(DisplayedValue::Cli(_)));
    let mut lines = submission.source.trim_end().lines();
    let prompts = if is_cli { ("> ", "> ") } else { (">>> ", "... ") };
    let mut text = format!("{}{}", prompts.0, lines.next().unwrap_or_default());
    for line in lines {
        text.push_str(&format!("\n{}{line}", prompts.1));
    }
    let output: Vec<&str> = submission.output.trim_end().lines().collect();
    for line in output.iter().take(MOST_LINES) {
        text.push_str(&format!("\n{line}"));
    }
    if output.len() > MOST_LINES {
        text.push_str(&format!("\n... {} more lines", output.len() - MOST_LINES));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(source: &str, output: &str, commands: &[&str]) -> Submission {
        let words = |line: &&str| line.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        Submission {
            source: source.into(),
            output: output.into(),
            commands: commands.iter().map(words).collect(),
            ..Submission::default()
        }
    }

    #[test]
    fn a_command_has_its_shortest_example_with_a_reply() {
        let rehearsal = Rehearsal {
            steps: vec![
                vec![sent("for i in range(2):\n    r.incr('a')\n", "", &["INCRBY a 1", "INCRBY a 1"])],
                vec![sent("r.incr('a')", "3\n", &["INCRBY a 1"]), sent("r.get('a')", "b'3'\n", &["GET a"])],
            ],
            ..Rehearsal::default()
        };
        let found: Vec<_> = examples(&rehearsal).into_iter().map(|(name, s)| (name, example(s))).collect();
        let expected = [("INCRBY", ">>> r.incr('a')\n3"), ("GET", ">>> r.get('a')\nb'3'")];
        assert_eq!(found, expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }
}
