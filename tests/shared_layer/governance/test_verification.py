"""Whatever is done to a chain, the first number that is wrong is named."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared_layer.governance.checkpoint import NO_CHECKPOINT, Checkpoint, first_fault, sign
from shared_layer.governance.signing import new_key, read_signers
from shared_layer.governance.verification import verify_records
from tests.shared_layer.governance.chains import chain

LENGTH = 12
CHAIN = chain(LENGTH)
HEAD = (LENGTH, CHAIN[-1]["hash"])
SIGNER = read_signers(new_key())[0]
KEYS = {SIGNER.key_id: SIGNER.private_key.public_key()}
numbers = st.integers(1, LENGTH)


def checkpoints(*seqs: int) -> list[Checkpoint]:
    made: list[Checkpoint] = []
    for seq in seqs:
        previous = made[-1].digest() if made else NO_CHECKPOINT
        made.append(sign("acme", (seq, CHAIN[seq - 1]["hash"]), "2026-11-23T07:07:00.000000Z", previous, SIGNER))
    return made


def rehashed(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What an insider would do: number and hash everything anew."""
    from shared_layer.governance.record import FIRST_PREVIOUS, digest

    previous = FIRST_PREVIOUS
    for seq, record in enumerate(records, 1):
        record |= {"seq": seq, "prev_hash": previous}
        previous = record["hash"] = digest({name: value for name, value in record.items() if name != "hash"})
    return records


def test_an_untouched_chain_holds() -> None:
    verdict = verify_records(CHAIN, checkpoints(5, LENGTH), HEAD)
    assert (verdict.intact, verdict.records, verdict.checkpoints) == (True, LENGTH, 2)


@given(numbers, st.sampled_from(sorted(set(CHAIN[0]) - {"hash"})), st.one_of(st.text(), st.integers(), st.none()))
def test_an_edit_of_any_field_is_located(seq: int, field: str, value: Any) -> None:
    records = copy.deepcopy(CHAIN)
    changed = value != records[seq - 1][field] or type(value) is not type(records[seq - 1][field])
    records[seq - 1][field] = value
    verdict = verify_records(records, (), HEAD)
    assert verdict.first_bad_seq == (seq if changed else None)


@given(numbers, st.text(min_size=1), st.text())
def test_a_field_that_is_added_or_taken_away_is_located(seq: int, name: str, value: str) -> None:
    added, taken = copy.deepcopy(CHAIN), copy.deepcopy(CHAIN)
    if name not in added[0]:
        added[seq - 1][name] = value
        assert verify_records(added, (), HEAD).first_bad_seq == seq
    del taken[seq - 1]["actor"]
    assert verify_records(taken, (), HEAD).first_bad_seq == seq


@given(numbers)
def test_a_deletion_is_located(seq: int) -> None:
    records = [record for record in CHAIN if record["seq"] != seq]
    assert verify_records(records, (), HEAD).first_bad_seq == seq


@given(st.permutations(range(LENGTH)))
def test_a_reordering_is_located(order: list[int]) -> None:
    moved = [number + 1 for number, place in enumerate(order) if number != place]
    verdict = verify_records([CHAIN[place] for place in order], (), HEAD)
    assert verdict.first_bad_seq == (min(moved) if moved else None)


@given(numbers)
def test_an_insertion_is_located(seq: int) -> None:
    records = [*CHAIN[:seq], copy.deepcopy(CHAIN[seq - 1]), *CHAIN[seq:]]
    assert verify_records(records, (), HEAD).first_bad_seq == seq + 1


@given(st.integers(0, LENGTH - 1))
def test_a_truncation_is_located_by_the_head_and_with_a_false_head_by_the_checkpoint(kept: int) -> None:
    assert verify_records(CHAIN[:kept], (), HEAD).first_bad_seq == kept + 1
    false_head = (kept, CHAIN[kept - 1]["hash"] if kept else NO_CHECKPOINT)
    assert verify_records(CHAIN[:kept], checkpoints(LENGTH), false_head).first_bad_seq == kept + 1


@given(numbers, st.integers(1, LENGTH))
def test_a_chain_that_was_rewritten_whole_is_caught_by_the_next_signed_checkpoint(edited: int, signed: int) -> None:
    records = copy.deepcopy(CHAIN)
    records[edited - 1]["actor"] = "somebody-else"
    rehashed(records)
    verdict = verify_records(records, checkpoints(signed), (LENGTH, records[-1]["hash"]))
    assert verdict.first_bad_seq == (signed if signed >= edited else None)


def test_a_forged_or_missing_checkpoint_is_named() -> None:
    good = checkpoints(3, 6, 9)
    assert first_fault("acme", good, KEYS) is None
    assert first_fault("acme", [good[0], good[2]], KEYS) == (4, "a checkpoint is missing, or out of order")
    forged = [good[0], good[1].model_copy(update={"hash": "f" * 64}), good[2]]
    assert first_fault("acme", forged, KEYS) == (6, "the checkpoint's signature is not ours")
    assert first_fault("other", good, KEYS) == (3, "the checkpoint's signature is not ours")
    stranger = read_signers(new_key())[0]
    assert first_fault("acme", good, {stranger.key_id: stranger.private_key.public_key()}) is not None
