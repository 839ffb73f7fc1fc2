//! LOLWUT: computer art, as in Redis 5: rows of squares that are more and more disordered from top to bottom, after
//! Georg Nees' "Schotter" (1968). The pictures of later versions of Redis are not reproduced.

use super::connection::REDIS_VERSION;
use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::error::Error;
use crate::rng::Rng;

pub const COMMANDS: &[&Command] = &[&LOLWUT];

const LOLWUT: Command = Command {
    name: "LOLWUT",
    syntax: "[VERSION version]",
    arity: -1,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::NONE,
    group: Group::Server,
    since: "5.0.0",
    complexity: "",
    summary: "Draws a picture from squares, and tells the version of the server.",
    example: "LOLWUT VERSION 7",
    run: lolwut,
};

fn lolwut(call: &mut Call) -> Outcome {
    let mut numbers = Vec::new();
    let version = if call.is_option(1, "VERSION") && call.argv.len() >= 3 { Some(call.integer(2)?) } else { None };
    if version.is_some() {
        for index in 3..call.argv.len() {
            numbers.push(call.integer(index)?);
        }
    }
    if version.is_some_and(|version| version != 5) {
        call.reply.verbatim("txt", format!("Redis ver. {REDIS_VERSION}\n").as_bytes());
        return Ok(());
    }
    let number = |index: usize, default: i64, min: i64, max: i64| {
        let number = numbers.get(index).copied().unwrap_or(default).clamp(min, max);
        usize::try_from(number).unwrap_or(1)
    };
    let (columns, per_row, rows) = (number(0, 66, 1, 1000), number(1, 8, 1, 200), number(2, 12, 1, 200));
    let picture = schotter(&mut call.server.random, columns, per_row, rows)?;
    let caption = format!("\nGeorg Nees - schotter, plotter on paper, 1968. Redis ver. {REDIS_VERSION}\n");
    call.reply.verbatim("txt", (picture + &caption).as_bytes());
    Ok(())
}

/// A canvas of pixels that is printed with Braille characters, each of which shows two by four pixels.
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<bool>,
}

impl Canvas {
    fn set(&mut self, x: f64, y: f64) {
        let (x, y) = (x.round(), y.round());
        if x >= 0.0 && y >= 0.0 && (x as usize) < self.width && (y as usize) < self.height {
            self.pixels[y as usize * self.width + x as usize] = true;
        }
    }

    fn line(&mut self, (x0, y0): (f64, f64), (x1, y1): (f64, f64)) {
        let steps = (x1 - x0).abs().max((y1 - y0).abs()).ceil().max(1.0);
        for step in 0..=steps as usize {
            let part = step as f64 / steps;
            self.set(x0 + (x1 - x0) * part, y0 + (y1 - y0) * part);
        }
    }

    fn to_text(&self) -> String {
        /// The bits of a Braille character's dots, in the order left to right and top to bottom.
        const DOTS: [u32; 8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
        let mut text = String::new();
        for top in (0..self.height).step_by(4) {
            for left in (0..self.width).step_by(2) {
                let dots = (0..8).filter(|dot| {
                    let (x, y) = (left + dot % 2, top + dot / 2);
                    x < self.width && y < self.height && self.pixels[y * self.width + x]
                });
                let code = 0x2800 + dots.map(|dot| DOTS[dot]).sum::<u32>();
                text.push(char::from_u32(code).unwrap_or(' '));
            }
            text.push('\n');
        }
        text
    }
}

/// Draws the picture. `columns` is its width in characters.
fn schotter(random: &mut Rng, columns: usize, per_row: usize, rows: usize) -> Result<String, Error> {
    let width = columns * 2;
    let padding = if width > 4 { 2.0 } else { 0.0 };
    let side = (width as f64 - padding * 2.0) / per_row as f64;
    let height = (side * rows as f64 + padding * 2.0).ceil() as usize;
    if width.saturating_mul(height) > 64 << 20 {
        return Err(Error::from_static("ERR The picture is too large"));
    }
    let mut canvas = Canvas { width, height, pixels: vec![false; width * height] };
    let mut part = || random.below(1 << 20) as f64 / f64::from(1 << 20);
    for row in 0..rows {
        for column in 0..per_row {
            let mut centre_x = column as f64 * side + side / 2.0 + padding;
            let mut centre_y = row as f64 * side + side / 2.0 + padding;
            let mut angle = 0.0;
            // The first row is in order. Then the disorder grows with the square of the row.
            if row > 0 {
                let disorder = (row as f64 / rows as f64).powi(2);
                angle = (part() - 0.5) * 1.5 * disorder;
                centre_x += (part() - 0.5) * side * disorder;
                centre_y += (part() - 0.5) * side * disorder;
            }
            let radius = side / 2.0 * std::f64::consts::SQRT_2;
            let corner = |quarter: usize| {
                let turned = angle + std::f64::consts::FRAC_PI_4 + std::f64::consts::FRAC_PI_2 * quarter as f64;
                (centre_x + turned.cos() * radius, centre_y + turned.sin() * radius)
            };
            (0..4).for_each(|quarter| canvas.line(corner(quarter), corner(quarter + 1)));
        }
    }
    Ok(canvas.to_text())
}
