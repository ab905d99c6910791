"""What a team would write in an afternoon: FastAPI, SQLAlchemy, one table of customers.

No keys, no limits, no audit, no encryption, no matching, no writing to a POS: the least that the
same four operations can cost. Run by ``api_rates.py`` in a venv of its own.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["PEER_DATABASE"], pool_size=8, max_overflow=0)
sessions = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    """Tables."""


class Row(Base):
    """A customer."""

    __tablename__ = "peer_customer"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    store: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str] = mapped_column(index=True)
    phone: Mapped[str] = mapped_column(index=True)
    email: Mapped[str] = mapped_column(index=True)
    birthday: Mapped[str]


class Customer(BaseModel):
    """What is sent of a customer."""

    model_config = ConfigDict(from_attributes=True)
    first_name: str
    last_name: str
    phone: str
    email: str
    birthday: str


class Known(Customer):
    """What is answered of a customer."""

    id: uuid.UUID


class New(BaseModel):
    """Somebody to be registered."""

    store: str
    customer: Customer


class Wanted(BaseModel):
    """Whom to search for."""

    text: str


async def open_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(open_session)]
app = FastAPI()


@app.post("/customers", status_code=201)
async def create(new: New, session: Session) -> Known:
    row = Row(id=uuid.uuid4(), store=new.store, **new.customer.model_dump())
    session.add(row)
    await session.commit()
    return Known.model_validate(row)


@app.get("/customers/{customer_id}")
async def read(customer_id: uuid.UUID, session: Session) -> Known:
    row = await session.get(Row, customer_id)
    if row is None:
        raise HTTPException(404)
    return Known.model_validate(row)


@app.post("/customers/search")
async def search(wanted: Wanted, session: Session) -> list[Known]:
    text = wanted.text
    fits = or_(Row.phone == text, Row.email == text, Row.last_name == text)
    rows = await session.scalars(select(Row).where(fits).limit(20))
    return [Known.model_validate(row) for row in rows]


@app.get("/customers")
async def list_all(session: Session, after: uuid.UUID | None = None) -> list[Known]:
    query = select(Row).order_by(Row.id).limit(50)
    if after is not None:
        query = query.where(Row.id > after)
    return [Known.model_validate(row) for row in await session.scalars(query)]
