//! Geohashes: points on Earth as integers of up to 52 bits, such that nearby points often share their first bits.
//!
//! The ranges of longitude and latitude are halved again and again, and each half is a bit. The bits of both coordinates
//! alternate, starting with the longitude. Each pair of bits is a step. All computations use the operations of Redis in
//! the same order, so that their results are equal to the last bit.

/// Number of steps of the geohash that is a member's score.
pub const MAX_STEP: u32 = 26;
/// Maximum longitude in degrees. The minimum is its negative.
pub const MAX_LONGITUDE: f64 = 180.0;
/// Maximum latitude in degrees. The minimum is its negative. The poles are outside, as in the Web Mercator projection.
pub const MAX_LATITUDE: f64 = 85.051_128_78;
/// Radius of Earth in metres that distances are computed with.
const EARTH_RADIUS: f64 = 6_372_797.560_856;
/// Half of Earth's circumference in metres, in the Mercator projection.
const MERCATOR_MAX: f64 = 20_037_726.37;
/// One degree in radians.
const DEGREE: f64 = std::f64::consts::PI / 180.0;

/// A point on Earth, in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// The longitude, from -180 to 180. East is positive.
    pub longitude: f64,
    /// The latitude, from -85.05112878 to 85.05112878. North is positive.
    pub latitude: f64,
}

/// A cell of the grid that a geohash with a given number of steps names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The bits of the geohash, two for each step. Bits of the longitude are at odd positions.
    bits: u64,
    step: u32,
}

/// A range of coordinates in degrees.
#[derive(Debug, Clone, Copy)]
struct Range {
    min: f64,
    max: f64,
}

const LONGITUDES: Range = Range { min: -MAX_LONGITUDE, max: MAX_LONGITUDE };
const LATITUDES: Range = Range { min: -MAX_LATITUDE, max: MAX_LATITUDE };
/// The range of latitudes of geohashes in text, which other programs use as well.
const STANDARD_LATITUDES: Range = Range { min: -90.0, max: 90.0 };

/// Spreads the lower 32 bits, so that they are at the even positions.
fn spread(bits: u64) -> u64 {
    let mut bits = bits & 0xffff_ffff;
    for (shift, mask) in [
        (16, 0x0000_ffff_0000_ffff),
        (8, 0x00ff_00ff_00ff_00ff),
        (4, 0x0f0f_0f0f_0f0f_0f0f),
        (2, 0x3333_3333_3333_3333),
        (1, EVEN_BITS),
    ] {
        bits = (bits | bits << shift) & mask;
    }
    bits
}

/// Collects the bits at the even positions.
fn collect(bits: u64) -> u32 {
    let mut bits = bits & EVEN_BITS;
    for (shift, mask) in [
        (1, 0x3333_3333_3333_3333),
        (2, 0x0f0f_0f0f_0f0f_0f0f),
        (4, 0x00ff_00ff_00ff_00ff),
        (8, 0x0000_ffff_0000_ffff),
        (16, 0x0000_0000_ffff_ffff),
    ] {
        bits = (bits | bits >> shift) & mask;
    }
    bits as u32
}

/// The positions of the latitude's bits.
const EVEN_BITS: u64 = 0x5555_5555_5555_5555;

impl Range {
    /// Returns the position of a coordinate in this range, in units of the range's length divided by `2^step`.
    fn position(self, coordinate: f64, step: u32) -> u64 {
        let offset = (coordinate - self.min) / (self.max - self.min);
        (offset * (1_u64 << step) as f64) as u64
    }

    /// Returns the part of this range at a position.
    fn part(self, position: u32, step: u32) -> Range {
        let scale = self.max - self.min;
        let parts = (1_u64 << step) as f64;
        let bound = |position: u32| self.min + f64::from(position) / parts * scale;
        Range { min: bound(position), max: bound(position.wrapping_add(1)) }
    }

    /// Returns the coordinate in the middle of this range.
    fn middle(self) -> f64 {
        (self.min + self.max) / 2.0
    }
}

impl Point {
    /// Returns the point with the given coordinates, or `None` if they are outside the ranges.
    pub fn new(longitude: f64, latitude: f64) -> Option<Self> {
        let is_valid =
            (-MAX_LONGITUDE..=MAX_LONGITUDE).contains(&longitude) && (-MAX_LATITUDE..=MAX_LATITUDE).contains(&latitude);
        is_valid.then_some(Point { longitude, latitude })
    }

    /// Returns the point that a member's score stands for: the middle of the cell with this geohash. Any score stands
    /// for a point, even if it is not a geohash.
    pub fn from_score(score: f64) -> Self {
        let (longitudes, latitudes) = Cell { bits: truncated(score), step: MAX_STEP }.ranges();
        Point {
            longitude: longitudes.middle().clamp(-MAX_LONGITUDE, MAX_LONGITUDE),
            latitude: latitudes.middle().clamp(-MAX_LATITUDE, MAX_LATITUDE),
        }
    }

    /// Returns the score of a member at this point.
    pub fn score(self) -> f64 {
        Cell::around(self, MAX_STEP).bits as f64
    }

    /// Returns the geohash in the standard base-32 notation, which has 11 characters.
    pub fn to_text(self) -> [u8; 11] {
        const DIGITS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
        let bits = Cell::with_latitudes(self, STANDARD_LATITUDES, MAX_STEP).bits;
        let mut text = [b'0'; 11];
        // A geohash of 52 bits has only ten whole digits, so the last digit is always 0.
        for (index, digit) in text.iter_mut().take(10).enumerate() {
            *digit = DIGITS[(bits >> (52 - 5 * (index + 1))) as usize & 0x1f];
        }
        text
    }

    /// Computes the distance to another point in metres, along a great circle (haversine formula).
    pub fn distance_to(self, other: Point) -> f64 {
        let sin_longitude = ((other.longitude * DEGREE - self.longitude * DEGREE) / 2.0).sin();
        if sin_longitude == 0.0 {
            return self.latitude_distance_to(other);
        }
        let (latitude, other_latitude) = (self.latitude * DEGREE, other.latitude * DEGREE);
        let sin_latitude = ((other_latitude - latitude) / 2.0).sin();
        let a = sin_latitude * sin_latitude + latitude.cos() * other_latitude.cos() * sin_longitude * sin_longitude;
        2.0 * EARTH_RADIUS * a.sqrt().asin()
    }

    /// Computes the distance between the latitudes of two points in metres.
    fn latitude_distance_to(self, other: Point) -> f64 {
        EARTH_RADIUS * (other.latitude * DEGREE - self.latitude * DEGREE).abs()
    }
}

/// Converts a score to an integer as C does on x86-64, where a number outside the range has no defined result.
fn truncated(score: f64) -> u64 {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    let signed = |v: f64| if (-TWO_TO_63..TWO_TO_63).contains(&v) { v as i64 } else { i64::MIN };
    if score < TWO_TO_63 { signed(score) as u64 } else { signed(score - TWO_TO_63) as u64 ^ 1 << 63 }
}

impl Cell {
    /// Returns the cell that contains a point.
    fn around(point: Point, step: u32) -> Self {
        Cell::with_latitudes(point, LATITUDES, step)
    }

    fn with_latitudes(point: Point, latitudes: Range, step: u32) -> Self {
        let latitude = latitudes.position(point.latitude, step);
        let longitude = LONGITUDES.position(point.longitude, step);
        Cell { bits: spread(latitude) | spread(longitude) << 1, step }
    }

    /// Returns the ranges of longitudes and latitudes of the cell.
    fn ranges(self) -> (Range, Range) {
        let (latitude, longitude) = (collect(self.bits), collect(self.bits >> 1));
        (LONGITUDES.part(longitude, self.step), LATITUDES.part(latitude, self.step))
    }

    /// Returns the scores of the members in the cell: the lowest one, and the first one after the highest.
    pub fn scores(self) -> (f64, f64) {
        let shift = 2 * (MAX_STEP - self.step);
        ((self.bits << shift) as f64, ((self.bits + 1) << shift) as f64)
    }

    /// Returns the cell that is the given numbers of cells further east and north: -1, 0 or 1. At the edge of the map,
    /// this is a cell on the opposite side.
    fn neighbour(self, east: i8, north: i8) -> Self {
        let used = !0 >> (64 - 2 * self.step);
        let (longitude, latitude) = (self.bits & !EVEN_BITS, self.bits & EVEN_BITS);
        let moved = |own: u64, own_bits: u64, by: i8| {
            // The bits of the other coordinate are set, so that a carry passes through them.
            let other_bits = !own_bits & used;
            match by {
                1 => own.wrapping_add(other_bits + 1) & own_bits & used,
                -1 => (own | other_bits).wrapping_sub(other_bits + 1) & own_bits & used,
                _ => own,
            }
        };
        Cell { bits: moved(longitude, !EVEN_BITS, east) | moved(latitude, EVEN_BITS, north), step: self.step }
    }
}

/// The shape of a search area.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A circle.
    Circle {
        /// The radius, in the unit of the area.
        radius: f64,
    },
    /// A box whose sides are parallel to the meridians and the circles of latitude.
    Rectangle {
        /// The length from west to east, in the unit of the area.
        width: f64,
        /// The length from south to north, in the unit of the area.
        height: f64,
    },
}

/// The directions of a cell's neighbours as numbers of cells to the east and to the north, in the order in which they
/// are searched. The first one is the cell itself.
const DIRECTIONS: [(i8, i8); 9] = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)];

/// An area around a point.
#[derive(Debug, Clone, Copy)]
pub struct Area {
    /// The middle of the area.
    pub center: Point,
    /// The shape and the size.
    pub shape: Shape,
    /// Length in metres of the unit of the shape's lengths.
    pub unit: f64,
}

impl Area {
    /// Returns the distance from the center to a point in metres, or `None` if the point is outside the area.
    pub fn distance_if_within(&self, point: Point) -> Option<f64> {
        match self.shape {
            Shape::Circle { radius } => {
                let distance = self.center.distance_to(point);
                // Rounding errors can make the distance to the opposite point of Earth NaN. Redis includes it.
                (distance.is_nan() || distance <= radius * self.unit).then_some(distance)
            }
            Shape::Rectangle { width, height } => {
                if point.latitude_distance_to(self.center) > height * self.unit / 2.0 {
                    return None;
                }
                let on_own_latitude = Point { longitude: self.center.longitude, latitude: point.latitude };
                if point.distance_to(on_own_latitude) > width * self.unit / 2.0 {
                    return None;
                }
                Some(self.center.distance_to(point))
            }
        }
    }

    /// Returns the cells that cover the area, in the order in which Redis searches them.
    pub fn cells(&self) -> Vec<Cell> {
        let (longitudes, latitudes) = self.bounds();
        let radius = self.unit
            * match self.shape {
                Shape::Circle { radius } => radius,
                Shape::Rectangle { width, height } => {
                    ((width / 2.0) * (width / 2.0) + (height / 2.0) * (height / 2.0)).sqrt()
                }
            };
        let mut center = Cell::around(self.center, estimated_step(radius, self.center.latitude));
        if center.step > 1 && !neighbours_reach(center, longitudes, latitudes) {
            center = Cell::around(self.center, center.step - 1);
        }
        let (own_longitudes, own_latitudes) = center.ranges();
        let is_needed = |&(east, north): &(i8, i8)| {
            center.step < 2
                || !(north < 0 && own_latitudes.min < latitudes.min
                    || north > 0 && own_latitudes.max > latitudes.max
                    || east < 0 && own_longitudes.min < longitudes.min
                    || east > 0 && own_longitudes.max > longitudes.max)
        };
        let mut cells = vec![center];
        for (east, north) in DIRECTIONS.into_iter().skip(1).filter(is_needed) {
            let cell = center.neighbour(east, north);
            // With few steps, two neighbours can be the same cell. Redis compares each one only with the one before,
            // and does not compare the first one.
            if cells.len() == 1 || cells.last() != Some(&cell) {
                cells.push(cell);
            }
        }
        cells
    }

    /// Returns the ranges of longitudes and latitudes that contain the area.
    fn bounds(&self) -> (Range, Range) {
        let (width, height) = match self.shape {
            Shape::Circle { radius } => (self.unit * radius, self.unit * radius),
            Shape::Rectangle { width, height } => (self.unit * (width / 2.0), self.unit * (height / 2.0)),
        };
        let Point { longitude, latitude } = self.center;
        let latitude_delta = height / EARTH_RADIUS / DEGREE;
        // Meridians are closest to each other at the edge that is nearer to a pole.
        let edge = if latitude < 0.0 { latitude - latitude_delta } else { latitude + latitude_delta };
        let longitude_delta = width / EARTH_RADIUS / (edge * DEGREE).cos() / DEGREE;
        (
            Range { min: longitude - longitude_delta, max: longitude + longitude_delta },
            Range { min: latitude - latitude_delta, max: latitude + latitude_delta },
        )
    }
}

/// Returns whether the neighbours of a cell reach as far as the given bounds in all directions.
fn neighbours_reach(center: Cell, longitudes: Range, latitudes: Range) -> bool {
    let (north, south) = (center.neighbour(0, 1).ranges().1, center.neighbour(0, -1).ranges().1);
    let (east, west) = (center.neighbour(1, 0).ranges().0, center.neighbour(-1, 0).ranges().0);
    !(north.max < latitudes.max || south.min > latitudes.min || east.max < longitudes.max || west.min > longitudes.min)
}

/// Estimates the number of steps for which a cell and its neighbours cover a circle with a radius in metres.
fn estimated_step(radius: f64, latitude: f64) -> u32 {
    if radius == 0.0 {
        return MAX_STEP;
    }
    let (mut radius, mut step) = (radius, 1_u32);
    while radius < MERCATOR_MAX {
        radius *= 2.0;
        step += 1;
    }
    // Two fewer than the doublings, so that the cells cover the circle in most cases. Near the poles, a cell is narrower.
    let fewer = 2 + u32::from(latitude.abs() > 66.0) + u32::from(latitude.abs() > 80.0);
    step.saturating_sub(fewer).clamp(1, MAX_STEP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_and_texts_are_those_of_redis() {
        let palermo = Point::new(13.361_389, 38.115_556).unwrap();
        assert_eq!(palermo.score(), 3_479_099_956_230_698.0);
        let decoded = Point::from_score(palermo.score());
        assert_eq!((decoded.longitude, decoded.latitude), (13.361_389_338_970_184, 38.115_556_395_496_3));
        assert_eq!(&decoded.to_text(), b"sqc8b49rny0");
    }

    #[test]
    fn neighbours_are_next_to_a_cell() {
        let center = Cell::around(Point::new(10.0, 50.0).unwrap(), 10);
        let (longitudes, latitudes) = center.ranges();
        for (east, north) in DIRECTIONS {
            let (moved_longitudes, moved_latitudes) = center.neighbour(east, north).ranges();
            let steps = |own: Range, moved: Range| ((moved.min - own.min) / (own.max - own.min)).round() as i8;
            assert_eq!((steps(longitudes, moved_longitudes), steps(latitudes, moved_latitudes)), (east, north));
        }
        assert_eq!(Cell::around(Point::new(-180.0, 0.0).unwrap(), 3).neighbour(-1, 0).ranges().0.max, 180.0);
    }
}
