//! The command `:draw`, which shows pictures of keys.

use super::super::Session;
use super::super::event::Show;
use super::super::picture::{Gone, Picture, Place, Since};
use crate::markup::{Role, code};
use crate::messages::commands as messages;
use crate::spelling;
use redis_engine::resp::quoting;

/// Maximum number of keys that `:draw` without an argument draws.
const FEW: usize = 5;

impl Session {
    /// Runs `:draw`. `typed` is the text after the command's name.
    pub(super) fn draw(&mut self, typed: &str) {
        let Ok(keys) = quoting::split(typed.as_bytes()) else {
            return self.tutor.say(Role::Error, &messages::draw_unbalanced_quotes());
        };
        let database = self.database(self.dialect());
        let places: Vec<Place> = keys.into_iter().map(|key| Place { database, key }).collect();
        match places.as_slice() {
            [] => self.draw_what_is_there(database),
            [_] | [_, _] => self.draw_keys(&places),
            _ => self.tutor.say(Role::Error, &messages::draw_too_many_arguments()),
        }
    }

    /// Draws keys, and names those that do not exist. Two sets are drawn as one picture.
    fn draw_keys(&mut self, places: &[Place]) {
        if self.tutor.draw_overlap(places, Since::LastChange) {
            return;
        }
        for place in places {
            if !self.tutor.draw_key(place, Since::LastChange) {
                self.say_not_there(place);
            }
        }
    }

    /// Draws the keys that were affected by the last change of the data, or all keys if none were affected. If there
    /// are more than [`FEW`], shows a message instead.
    fn draw_what_is_there(&mut self, database: usize) {
        let engine = &self.tutor.runtime.engine;
        let keys = engine.keyspace.databases()[database].iter().map(|(key, _)| key).take(100);
        let mut places: Vec<Place> = keys.map(|key| Place { database, key: key.to_vec() }).collect();
        places.retain(|place| place.entry(engine).is_some());
        places.sort();
        let baselines = &mut self.tutor.baselines;
        let mut is_changed = |place: &Place| {
            let picture = baselines.key_picture(engine, place, Since::LastChange);
            matches!(picture, Some(Picture::Key(picture)) if picture.is_changed())
        };
        let changed: Vec<Place> = places.iter().filter(|place| is_changed(place)).cloned().collect();
        match (places.len(), changed.len()) {
            (0, _) => self.tutor.say(Role::Plain, &messages::nothing_to_draw()),
            (_, 1..=FEW) => self.draw_one_by_one(&changed),
            (1..=FEW, _) => self.draw_one_by_one(&places),
            _ => self.tutor.say(Role::Plain, &messages::too_many_keys_to_draw()),
        }
    }

    fn draw_one_by_one(&mut self, places: &[Place]) {
        for (index, place) in places.iter().enumerate() {
            if index > 0 {
                self.tutor.runtime.show(Show::Gap);
            }
            self.draw_keys(std::slice::from_ref(place));
        }
    }

    /// Shows a message that a key does not exist, with the reason if it is known.
    fn say_not_there(&mut self, place: &Place) {
        let typed = String::from_utf8_lossy(&place.key);
        let name = code(&typed);
        match self.tutor.baselines.gone(place) {
            Some(Gone::Expired(kind)) => {
                return self.tutor.say(Role::Plain, &messages::key_has_expired(name, kind));
            }
            Some(Gone::Removed(kind)) => {
                return self.tutor.say(Role::Plain, &messages::key_was_removed(name, kind));
            }
            None => {}
        }
        let keys = self.tutor.runtime.engine.keyspace.databases()[place.database].iter().take(1_000);
        let known: Vec<String> = keys.map(|(key, _)| String::from_utf8_lossy(key).into_owned()).collect();
        let nearest = spelling::nearest_of_few(&typed, known.iter().map(String::as_str));
        let text = match nearest {
            Some(similar) => messages::no_such_key_misspelt(name, code(similar)),
            None => messages::no_such_key(name),
        };
        self.tutor.say(Role::Error, &text);
    }
}
