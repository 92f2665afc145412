"""Rights requests: what a person asks for about their own data, and what became of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, false, text
from sqlalchemy.orm import Mapped, mapped_column

from verify.models.base import Base, Identified

UNANSWERED = text("answered_at IS NULL")
RECHECKED = text("recheck_id IS NOT NULL")


class RightsRequest(Identified, Base):
    """A case with a due date (policy 6; 个人信息保护法 44 to 50). Words are sealed under a data key of its own."""

    __tablename__ = "rights_requests"
    __table_args__ = (
        Index("ix_rights_requests_account", "account_id", "id"),
        Index("ix_rights_requests_recheck", "recheck_id", sqlite_where=RECHECKED, postgresql_where=RECHECKED),
        Index("ix_rights_requests_due", "due_at", sqlite_where=UNANSWERED, postgresql_where=UNANSWERED),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    #: key of flows.rights.KINDS
    kind: Mapped[str]
    #: written by flows.rights.desk alone
    status: Mapped[str]
    #: key of flows.rights.rules.REQUESTERS: the person, or who asks for them
    requester: Mapped[str] = mapped_column(default="self", server_default="self")
    #: under 18 when it was received, as far as what we hold tells
    is_minors: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: what was asked, how who asks was identified, to whom else a copy is to go, and what was answered
    details_ct: Mapped[bytes | None] = mapped_column(LargeBinary)
    proof_ct: Mapped[bytes | None] = mapped_column(LargeBinary)
    third_party_ct: Mapped[bytes | None] = mapped_column(LargeBinary)
    answer_ct: Mapped[bytes | None] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    #: code of why it takes longer, told within the first period
    extension: Mapped[str | None]
    #: key of flows.rights.GROUNDS
    refusal: Mapped[str | None]
    #: of an access request: until when a copy may be fetched, and how often it was
    open_until: Mapped[datetime | None]
    exports: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None] = mapped_column(index=True)
    reminded_at: Mapped[datetime | None]
    #: who works on it
    operator_id: Mapped[UUID | None] = mapped_column(ForeignKey("operators.id"))
    #: when what was asked for was done, by a button of the desk
    carried_out_at: Mapped[datetime | None]
    #: of a correction: the verification in which the right data are checked
    recheck_id: Mapped[UUID | None]
    #: how many of its events are public; the last one's number
    sequence: Mapped[int] = mapped_column(default=0)


class RightsNote(Identified, Base):
    """What staff wrote about a request, sealed with its words; goes with it."""

    __tablename__ = "rights_notes"
    __table_args__ = (Index("ix_rights_notes_request", "request_id", "id"),)

    request_id: Mapped[UUID] = mapped_column(ForeignKey("rights_requests.id"))
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    #: note, or reveal: why the words were read
    kind: Mapped[str]
    text_ct: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
