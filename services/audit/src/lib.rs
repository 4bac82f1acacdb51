//! Timelines, replay and verification over every topic.
