//! Roles: placeholders for keys that the learner may choose.
//!
//! A step declares each role with the key that the lesson's own answer uses: `roles = { cart = "cart:ann" }`. Wherever
//! the step reads the data or mentions the key, `{cart}` stands for the key that the learner uses in this role.

use super::evidence::{command_name, keys};
use super::format::{Expect, Mistake, Step};
use super::sent_command::Words;

/// A role, and the key that the learner uses for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundRole {
    /// The name of the role.
    pub role: String,
    /// The key that the lesson's own answer uses.
    pub answer_key: String,
    /// The key that the learner uses. It equals `answer_key` if the learner has not used any key yet.
    pub key: String,
}

/// Finds the key that the learner uses for each role of a step. `sent` contains the learner's commands in this step,
/// and `intended` contains the commands of the lesson's own answer.
///
/// If the learner uses the same key as the answer, the key has the same role. For any other role, chooses the learner's
/// key that has the most commands in common with the answer's key. If several keys fit equally well, the first one is
/// chosen.
pub fn bind(step: &Step, sent: &[Words], intended: &[Words]) -> Vec<BoundRole> {
    let (used, answer_keys) = (used_keys(sent), used_keys(intended));
    let is_role = |key: &str| step.roles.values().any(|known| known == key);
    // The task mentions the keys that the answer uses without a role, so these keys cannot be bound to a role.
    let mut free: Vec<&String> = used.iter().filter(|key| is_role(key) || !answer_keys.contains(key)).collect();
    let mut roles: Vec<(&String, &String)> = step.roles.iter().collect();
    let first_use = |key: &String| answer_keys.iter().position(|known| known == key).unwrap_or(usize::MAX);
    roles.sort_by_key(|(_, key)| first_use(key));
    let same =
        |(role, key): (&String, &String)| BoundRole { role: role.clone(), answer_key: key.clone(), key: key.clone() };
    let mut bound: Vec<BoundRole> = roles.into_iter().map(same).collect();
    free.retain(|key| !bound.iter().any(|role| role.answer_key == **key));
    for role in bound.iter_mut().filter(|role| !used.contains(&role.answer_key)) {
        let wanted = commands_on(&role.answer_key, intended);
        let in_common = |key: &String| commands_on(key, sent).iter().filter(|name| wanted.contains(name)).count();
        // If several keys share equally many commands with the answer's key, the first of them is chosen.
        let best = free.iter().enumerate().max_by_key(|(at, key)| (in_common(key), free.len() - at));
        if let Some((at, _)) = best {
            role.key = free.remove(at).clone();
        }
    }
    bound
}

/// Replaces the roles in a step's expectations, mistakes, hints and closing text with the learner's keys.
pub fn with_bound_keys(mut step: Step, bound: &[BoundRole]) -> Step {
    let fill = |text: &mut String| {
        for role in bound {
            let placeholder = format!("{{{}}}", role.role);
            if text.contains(&placeholder) {
                *text = text.replace(&placeholder, &role.key.replace('\\', "\\\\").replace('\'', "\\'"));
            }
        }
    };
    if let Some(expect) = &mut step.expect {
        let Expect { state, .. } = expect.get_mut();
        state.iter_mut().for_each(|probe| fill(probe.run.get_mut()));
    }
    for Mistake { when, say, .. } in &mut step.mistakes {
        when.get_mut().state.iter_mut().for_each(|probe| fill(probe.run.get_mut()));
        fill(say);
    }
    step.hints.iter_mut().chain(&mut step.after).for_each(|text| fill(text.get_mut()));
    step
}

/// Replaces the keys in the commands of the lesson's own answer with the learner's keys.
pub fn with_bound_words(mut intended: Vec<Words>, bound: &[BoundRole]) -> Vec<Words> {
    for word in intended.iter_mut().flat_map(|words| words.iter_mut().skip(1)) {
        if let Some(role) = bound.iter().find(|role| role.answer_key.as_bytes() == word.as_slice()) {
            *word = role.key.clone().into_bytes();
        }
    }
    intended
}

/// Returns the keys that occur in commands, without duplicates, in the order of their first use.
fn used_keys(commands: &[Words]) -> Vec<String> {
    let mut used = Vec::new();
    for key in commands.iter().flat_map(|words| keys(words)) {
        let key = String::from_utf8_lossy(key).into_owned();
        if !used.contains(&key) {
            used.push(key);
        }
    }
    used
}

/// Returns the names of the commands in which `key` is a key.
fn commands_on(key: &str, commands: &[Words]) -> Vec<String> {
    let on_key = commands.iter().filter(|words| keys(words).contains(&key.as_bytes()));
    on_key.map(|words| command_name(words)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::format;

    const STEP: &str = r#"
format = 1
id = "shop"
title = "Shop"
minutes = 1
about = "A shop."
remember = "- It sells."
[[step]]
id = "one"
say = "A shop with a `stock`."
task = "Keep a cart and a log."
answer = "x"
roles = { cart = "cart:ann", log = "events" }
hints = ["`r.hget('{cart}', 'lamp')`", "`f'cart:{user}'`"]
[step.expect]
state = [{ run = "r.hget('{cart}', 'lamp') + r.lindex('{log}', 0)", reply = "b'1'" }]
"#;

    fn commands(lines: &str) -> Vec<Words> {
        let words = |line: &str| line.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        lines.split("; ").filter(|line| !line.is_empty()).map(words).collect()
    }

    fn step() -> Step {
        format::parse(STEP).expect("the step is valid").steps.remove(0)
    }

    fn intended() -> Vec<Words> {
        commands("DECR stock; HINCRBY cart:ann lamp 1; LPUSH events sold")
    }

    #[test]
    fn keys_get_the_roles_in_which_they_are_used() {
        for (sent, cart, log) in [
            ("", "cart:ann", "events"),
            ("HINCRBY cart:ann lamp 1; LPUSH events sold", "cart:ann", "events"),
            ("HINCRBY basket lamp 1", "basket", "events"),
            ("LPUSH diary sold; HINCRBY basket lamp 1; DECR stock", "basket", "diary"),
            ("ZINCRBY basket 1 lamp; RPUSH diary sold", "basket", "diary"),
            ("LPUSH events sold; HSET basket lamp 1", "basket", "events"),
            ("DECR stock", "cart:ann", "events"),
        ] {
            let bound = bind(&step(), &commands(sent), &intended());
            let key = |name: &str| bound.iter().find(|role| role.role == name).map(|role| role.key.as_str());
            assert_eq!((key("cart"), key("log")), (Some(cart), Some(log)), "{sent}");
        }
    }

    #[test]
    fn the_learners_keys_are_put_into_the_step_and_into_its_commands() {
        let bound = bind(&step(), &commands("HINCRBY it's lamp 1; LPUSH diary sold"), &intended());
        let filled = with_bound_keys(step(), &bound);
        let expect = filled.expect.as_ref().expect("it is there").get_ref();
        assert_eq!(expect.state[0].run.get_ref(), r"r.hget('it\'s', 'lamp') + r.lindex('diary', 0)");
        assert_eq!(filled.hints[0].get_ref(), r"`r.hget('it\'s', 'lamp')`");
        assert_eq!(filled.hints[1].get_ref(), "`f'cart:{user}'`");
        let words = with_bound_words(intended(), &bound);
        assert_eq!(words, commands("DECR stock; HINCRBY it's lamp 1; LPUSH diary sold"));
    }
}
