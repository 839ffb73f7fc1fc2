//! A sort that orders only a part of the elements (`pqsort` in Redis). The order of equal elements depends on its exact
//! swaps, and clients see it, so the swaps are those of Redis.
//!
//! The algorithm is the quicksort of Bentley and McIlroy ("Engineering a Sort Function"), which skips the partitions
//! outside the wanted range.

use std::cmp::Ordering;
use std::ops::Range;

/// Below this length, a partition is sorted by insertion.
const MIN_PARTITION: usize = 7;
/// Above this length, the pivot is a median of nine elements.
const MIN_FOR_NINTHER: usize = 40;

/// Moves the elements that belong at the positions in `wanted` there, in order. The order of the others is unspecified.
pub(super) fn sort_part<T>(elements: &mut [T], wanted: Range<usize>, compare: impl Fn(&T, &T) -> Ordering) {
    let mut partitions = Vec::from([(0, elements.len())]);
    while let Some((first, end)) = partitions.pop() {
        let [left, right] = sort_or_split(&mut elements[first..end], &compare);
        for half in [right, left] {
            let (start, end) = (first + half.start, first + half.end);
            if half.len() > 1 && start < wanted.end && wanted.start < end {
                partitions.push((start, end));
            }
        }
    }
}

/// Sorts a short slice. Otherwise splits the slice into the elements less than a pivot, those equal to it, and those
/// greater. Returns the first and the last of these parts, or empty ranges if the slice is sorted.
fn sort_or_split<T>(elements: &mut [T], compare: &impl Fn(&T, &T) -> Ordering) -> [Range<usize>; 2] {
    let length = elements.len();
    if length < MIN_PARTITION {
        for end in 1..length {
            let mut at = end;
            while at > 0 && compare(&elements[at - 1], &elements[at]).is_gt() {
                elements.swap(at, at - 1);
                at -= 1;
            }
        }
        return [0..0, 0..0];
    }
    let pivot = pivot(elements, compare);
    elements.swap(0, pivot);
    // Elements equal to the pivot are collected at both ends: before `equal_start` and after `equal_end`.
    let (mut equal_start, mut low, mut high, mut equal_end) = (1, 1, length - 1, length - 1);
    loop {
        while low <= high {
            match compare(&elements[low], &elements[0]) {
                Ordering::Greater => break,
                Ordering::Equal => {
                    elements.swap(equal_start, low);
                    equal_start += 1;
                }
                Ordering::Less => {}
            }
            low += 1;
        }
        while low <= high {
            match compare(&elements[high], &elements[0]) {
                Ordering::Less => break,
                Ordering::Equal => {
                    elements.swap(high, equal_end);
                    equal_end -= 1;
                }
                Ordering::Greater => {}
            }
            high -= 1;
        }
        if low > high {
            break;
        }
        elements.swap(low, high);
        low += 1;
        high -= 1;
    }
    let (less, greater) = (low - equal_start, equal_end - high);
    swap_ranges(elements, 0, low - equal_start.min(less), equal_start.min(less));
    let moved = greater.min(length - 1 - equal_end);
    swap_ranges(elements, low, length - moved, moved);
    [0..less, length - greater..length]
}

fn swap_ranges<T>(elements: &mut [T], a: usize, b: usize, count: usize) {
    (0..count).for_each(|offset| elements.swap(a + offset, b + offset));
}

/// Chooses the pivot of a partition.
fn pivot<T>(elements: &[T], compare: &impl Fn(&T, &T) -> Ordering) -> usize {
    let (length, middle) = (elements.len(), elements.len() / 2);
    if length == MIN_PARTITION {
        return middle;
    }
    let median = |a, b, c| median(elements, [a, b, c], compare);
    let last = length - 1;
    if length <= MIN_FOR_NINTHER {
        return median(0, middle, last);
    }
    let step = length / 8;
    median(
        median(0, step, 2 * step),
        median(middle - step, middle, middle + step),
        median(last - 2 * step, last - step, last),
    )
}

fn median<T>(elements: &[T], [a, b, c]: [usize; 3], compare: &impl Fn(&T, &T) -> Ordering) -> usize {
    let order = |x: usize, y: usize| compare(&elements[x], &elements[y]);
    if order(a, b).is_lt() {
        if order(b, c).is_lt() {
            b
        } else if order(a, c).is_lt() {
            c
        } else {
            a
        }
    } else if order(b, c).is_gt() {
        b
    } else if order(a, c).is_lt() {
        a
    } else {
        c
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn the_wanted_part_is_sorted() {
        let mut random = Rng::new(4);
        for _ in 0..500 {
            let length = 1 + random.below(200);
            let mut elements: Vec<usize> = (0..length).map(|_| random.below(60)).collect();
            let mut sorted = elements.clone();
            sorted.sort_unstable();
            let end = 1 + random.below(length);
            sort_part(&mut elements, 0..end, usize::cmp);
            assert_eq!(elements[..end], sorted[..end]);
            elements.sort_unstable();
            assert_eq!(elements, sorted, "no element is lost");
        }
    }
}
