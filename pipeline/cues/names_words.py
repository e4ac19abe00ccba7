"""Words by which a name is known for that of a body, and words that are none of its parts."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Words that stand in names of companies, offices and their desks, not in those of people and places.
BODIES = _words("""
    administration agency alliance association authority board bureau center centre chamber church clinic college
    commission committee communications company consulate cooperative corp corporation council court department
    depot division embassy foundation group hospice headquarters helpdesk hospital inc incorporated infirmary institute
    limited llc llp ltd ministry network office partnership party police registry school sheriff society team trust
    union unit university academy bank banking broadband cable capital credit dental dentistry direct electric
    energy exchange express finance financial funding gas health healthcare holdings insurance lending life loans
    logistics medical mobile mortgage motors mutual pharmacy power properties realty receivables recovery relief
    resorts roofing savings securities security services servicing solar solutions surgery systems technologies
    telecom travel utilities vacations warranty water wireless advisors advisers associates attorneys benefits
    builders campaign care charity program programs desk billing collections consultants couriers cruises dealership
    electricity equity fund hotel hotels industries international investments laboratories legal marketing media
    orthodontics partners pediatrics protection realtors research retail savers software solicitors studios support
    tax treasury veterinary windows advisory processing assistance resolution
""")
#: Companies that a message names without any word for a body, in lower case too.
COMPANIES = _words("""
    fedex ups dhl usps amazon apple microsoft google paypal netflix norton mcafee verizon comcast xfinity spectrum
    directv citibank walmart ebay costco medicare hmrc evri hermes dpd yodel
""")
#: Capitalised words that name no body: days, months, greetings, titles, the pronoun, places, languages, plain acronyms.
NO_BODIES = _words("""
    i monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december mr mrs ms miss dr sir ma'am hello hi hey okay ok yes no texas california
    florida america american americans english spanish chinese mandarin covid covid-19 christmas easter medicare ai
    us usa uk eu u.s u.k tv id pin sms dnd faq ceo hr it pm am asap india china canada london york states kingdom
    new
""")
#: Small words that end a name, or never stand in one.
NO_PART = _words("""
    a an any my your his her their its this that these those no not some every each all both another other same
    wrong right next only best i you he she they we it me him us them is are was were am be been being do does did
    have has had will would can could may might shall should to about regarding concerning because so if when how
    what why where who which there here just please press call calling called speak speaking talk talking with from
    on in at by than or but as up out off over under after before between more less lower better cheaper free new
    great good important urgent special low high our one for whom am
""")
