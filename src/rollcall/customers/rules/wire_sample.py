"""What wire rows have in common, so that one of them alone packs well (see ``packing``).

Rows are sealed one by one, and a kilobyte of JSON is too short for a compressor to learn the names
of its keys: it is given this text to copy from. It makes the packed row three times smaller and
packing quicker; rows of other shapes only gain less. Invented, and sorted as canonical rows are.

Never change them: every packed row needs its sample to be read. Better ones have to stand beside.
"""

from __future__ import annotations

from typing import Final

WIRE_SAMPLE: Final = (
    b'"notes":"N/A","state_medical_id":"A123456","permit_expiration":"2026-05-14 00:00:00.000",'
    b'"patient_type":"MEDICAL_MMID","gender":"F","customer_groups":["EMPLOYEE","VETERAN","VIP"],'
    b'"referral_source":"WEEDMAPS","verification_status":"VERIFICATION_PENDING",'
    b'"verification_reasons":[{"verification_reason":"NEW",'
    b'"verification_reason_description":"NEW_INTAKE_CUSTOMER"}],"status":"DEACTIVATED",'
    b'{"addresses":[{"city":"SAN FRANCISCO","primary":true,"state":"CA","street1":"100 MAIN ST",'
    b'"street2":"","type":"address_of_record","zipcode":"94110"}],"banned":false,'
    b'"birthday":"1990-01-01","caregiver_details":[],"caregiver_license_number":"",'
    b'"caregiver_name_1":"N/A","caregiver_name_2":"N/A","customer_groups":[],"customer_id":"1000",'
    b'"drivers_license":"N/A","drivers_license_expiration":"2030-12-31",'
    b'"email":"ana@example.com","external_ids":{"aiq_contact_id":null},"first_name":"ANA",'
    b'"gender":"M","is_caregiver":false,"last_name":"GARCIA",'
    b'"last_update":"2025-01-01T10:00:00.000-08:00","last_visit_date":"2025-01-01 10:00:00.000",'
    b'"merged_customer_ids":[],"merged_into_customer_id":null,"middle_name":null,"nickname":"",'
    b'"notes":"N/A","opt_out":false,"patient_type":"ADULT","permit_expiration":null,'
    b'"phone":"4155550100","physician_address":null,"physician_first_name":null,'
    b'"physician_last_name":null,"physician_license":null,"physician_phone":null,'
    b'"referral_source":null,"rewards_balance":100,"rewards_type":"POINTS",'
    b'"signup_date":"2020-01-01T10:00:00.000-07:00","state_medical_id":null,"status":"ACTIVE",'
    b'"verification_reasons":[],"verification_status":"VERIFIED","warning_1":false,'
    b'"warning_2":false}'
)

#: Shapes of further POS systems.
MORE_SAMPLES: Final = (
    b'{"address1":"1184 Juniper Ct","address2":"Unit 3B","cellPhone":"(303) 555-0142",'
    b'"city":"Aurora","createdAtLocation":"Aurora East","createdByIntegrator":null,'
    b'"creationDate":"2023-02-11T21:15:07.113","customIdentifier":null,"customerId":48210733,'
    b'"customerType":"Recreational","dateOfBirth":"1988-04-17T00:00:00","discountGroups":[],'
    b'"driversLicenseHash":"0x","emailAddress":"@example.com","externalCustomerId":null,'
    b'"firstName":"Ana","gender":"Female","isAnonymous":false,"isLoyaltyMember":true,'
    b'"lastModifiedDateUTC":"11/20/2025 18:04:33","lastName":"Garcia","lastTransactionDate":null,'
    b'"loyaltyTier":"Gold","mergedIntoCustomerId":null,"middleName":null,'
    b'"mmjidExpirationDate":null,"mmjidNumber":null,"name":"Ana Garcia","namePrefix":null,'
    b'"nameSuffix":null,"notes":null,"optedIntoMarketing":true,"otherReferralSource":null,'
    b'"phone":"3035550142","postalCode":"80012","primaryQualifyingCondition":null,'
    b'"referralSource":"Word of Mouth","secondaryQualifyingConditions":[],"springBigMemberId":0,'
    b'"state":"CO","status":"Active","uniqueId":"638261190447712330"}'
)
