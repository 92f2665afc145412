import pytest

from crypto.notes import BadNote, Signer, Verifier, opened

#: key and note of the Go package golang.org/x/mod/sumdb/note's documentation
PETER = Verifier.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
NOTE = f"{TEXT}\n\u2014 PeterNeumann {SIGNATURE}\n"


def test_a_note_of_another_implementation_is_read() -> None:
    assert opened(NOTE, PETER) == TEXT


def test_a_signed_text_is_read_again() -> None:
    signer = Signer("realname-audit-01", bytes(range(32)))
    assert opened(signer.sign("one\ntwo\n"), signer.verifier) == "one\ntwo\n"
    assert Verifier.parse(str(signer.verifier)) == signer.verifier
    assert repr(signer) == "<Signer realname-audit-01>"


@pytest.mark.parametrize("changed", [NOTE.replace("answer", "cause"), NOTE.replace("x08go", "x08gp"), TEXT, "", "\n\n"])
def test_a_changed_note_is_refused(changed: str) -> None:
    with pytest.raises(BadNote):
        opened(changed, PETER)


def test_another_key_of_the_same_name_is_refused() -> None:
    note = Signer("a", bytes(32)).sign("text\n")
    with pytest.raises(BadNote):
        opened(note, Signer("a", bytes(range(32))).verifier)


@pytest.mark.parametrize("text", ["", "a", "a+b", "a+00000000+AQ==", "a+00000000+Ag==", str(PETER).replace("c7", "c8")])
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Verifier.parse(text)
