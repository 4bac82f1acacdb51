//! Photos as phones take and send them.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use recourse_installation::{Answer, Installation};
use recourse_kernel::PolicyId;
use reqwest::StatusCode;
use serde_json::json;

use crate::{BUYER, covered, installed, refused};

const MIB: usize = 1024 * 1024;
const LIMIT: usize = 20 * MIB;

/// A JPEG of noise in the best quality, which no picture of that size exceeds.
fn noise(width: u32, height: u32) -> Vec<u8> {
    let mut state = 1_u32;
    let pixels = (0..width * height * 3).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let picture = image::RgbImage::from_raw(width, height, pixels.collect()).unwrap();
    let mut bytes = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut bytes, 100).encode_image(&picture).unwrap();
    bytes.into_inner()
}

/// A photo as an iPhone stores it, with this main brand and these further ones.
fn heic(main: [u8; 4], further: &[u8]) -> Vec<u8> {
    let length = u8::try_from(16 + further.len()).unwrap();
    let start =
        [&[0, 0, 0, length], b"ftyp".as_slice(), main.as_slice(), &[0, 0, 0, 0], further].concat();
    [start, vec![0x5A; 50_000]].concat()
}

struct Owner {
    service: Installation,
    policy: PolicyId,
}

impl Owner {
    async fn of_a_policy() -> Self {
        let service = installed().await;
        let (policy, noted) = covered(&service, "1001", 60).await;
        let none = service.get(BUYER, &format!("/v1/claims?policy={policy}"), &noted).await;
        assert_eq!(none.status, StatusCode::OK);
        Self { service, policy }
    }

    async fn uploads(&self, photo: Vec<u8>) -> Answer {
        let path = format!("/v1/policies/{}/photos", self.policy);
        self.service.post_photo(BUYER, &path, photo).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_of_up_to_20_mib_is_taken_and_a_longer_one_refused_with_what_to_do() {
    let owner = Owner::of_a_policy().await;
    let (large, too_large) = (noise(2_560, 1_920), noise(3_840, 2_880));
    assert!((10 * MIB..LIMIT).contains(&large.len()), "{} bytes", large.len());
    let taken = owner.uploads(large).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{taken:?}");
    assert!(taken.body["size"].as_u64().unwrap() > 10 * 1024 * 1024, "{taken:?}");
    owner.service.get(BUYER, &taken.location, "").await;

    assert!(too_large.len() > LIMIT + 4 * MIB, "{} bytes", too_large.len());
    let answer = owner.uploads(too_large).await;
    refused(&answer, StatusCode::PAYLOAD_TOO_LARGE, "photo.too_large");
    assert_eq!(answer.body["facts"]["limit"], json!(LIMIT));
    assert_eq!(
        answer.body["instead"], "Save the photo with less quality, or scale it down.",
        "{answer:?}"
    );
    owner.service.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heic_that_is_sent_as_a_jpeg_is_recognised() {
    let owner = Owner::of_a_policy().await;
    for photo in [
        heic(*b"heic", b"mif1heic"),
        heic(*b"heix", b"mif1heix"),
        heic(*b"mif1", b"mif1heicMiHBMiHE"),
        heic(*b"msf1", b"hevcmsf1"),
        heic(*b"hevc", b""),
    ] {
        let answer = owner.uploads(photo).await;
        refused(&answer, StatusCode::UNSUPPORTED_MEDIA_TYPE, "photo.not_a_jpeg");
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains("a HEIC"), "{answer:?}");
        let instead = answer.body["instead"].as_str().unwrap();
        assert!(instead.contains("JPEG") && instead.contains("Most Compatible"), "{answer:?}");
    }
    owner.service.end().await;
}
